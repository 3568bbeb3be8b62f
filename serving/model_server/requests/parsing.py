"""Requests as bytes: received when there is room for them, answered where they do not parse."""

from collections.abc import Callable, Iterator
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from serving.model_server.requests.bytes_in_flight import BytesInFlight
from serving.model_server.requests.call import Call, answering
from serving.model_server.requests.request_error import RequestError

_BOUNDED = "/tensorflow.serving."  # health must answer however much is under way


class ParsingInterceptor(grpc.ServerInterceptor):
    """Receives and parses requests where there is room and a failure can be answered.

    gRPC receives a unary call's message before anybody is asked, and a streaming call's when
    the handler wants it. On the wire there is no difference, so calls with large messages are
    handled as streams of one.

    gRPC for Python keeps some memory for ever of each message that it fails to parse (17 kB in
    grpcio 1.85), and logs a traceback. The status is the one that it gives: INTERNAL.
    """

    def __init__(self, in_flight: BytesInFlight, record: Callable[[Call], None]):
        """Makes room in `in_flight`; calls that are refused there are told to `record`."""
        self._in_flight = in_flight
        self._record = record

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        parse, answer = handler.request_deserializer, handler.unary_unary
        method = handler_call_details.method.rpartition("/")[2]

        def parse_and_answer(message: bytes, context: grpc.ServicerContext) -> Any:
            try:
                request = parse(message)
            except DecodeError as error:
                context.abort(grpc.StatusCode.INTERNAL, f"The request does not parse: {error}.")
            return answer(request, context)

        def receive_and_answer(messages: Iterator[bytes], context: grpc.ServicerContext) -> Any:
            def receive() -> bytes:
                for message in messages:
                    return message
                raise RequestError(grpc.StatusCode.INTERNAL, "The call carries no request.")

            try:
                with self._in_flight.receiving(receive, context) as message:
                    return parse_and_answer(message, context)
            except RequestError as refusal:
                with answering(method, context, self._record):
                    raise refusal

        if handler_call_details.method.startswith(_BOUNDED):
            return grpc.stream_unary_rpc_method_handler(
                receive_and_answer, response_serializer=handler.response_serializer
            )
        return grpc.unary_unary_rpc_method_handler(
            parse_and_answer, response_serializer=handler.response_serializer
        )
