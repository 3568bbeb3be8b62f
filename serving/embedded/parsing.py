"""Messages that do not parse, answered without gRPC's help."""

from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError


class ParsingInterceptor(grpc.ServerInterceptor):
    """Parses requests where a failure can be answered.

    gRPC for Python keeps some memory for ever of each message that it fails to parse (17 kB in
    grpcio 1.85), and logs a traceback. The status is the one that it gives: INTERNAL.
    """

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        parse, answer = handler.request_deserializer, handler.unary_unary

        def parse_and_answer(message: bytes, context: grpc.ServicerContext) -> Any:
            try:
                request = parse(message)
            except DecodeError as error:
                context.abort(grpc.StatusCode.INTERNAL, f"The request does not parse: {error}.")
            return answer(request, context)

        return grpc.unary_unary_rpc_method_handler(
            parse_and_answer, response_serializer=handler.response_serializer
        )
