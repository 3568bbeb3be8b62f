/** The page's own files: a service worker keeps them for boots without network. */

/**
 * Registers the service worker.
 *
 * @param {() => void} onRenewed Called when the files of another version have been cached.
 */
export async function keepPageFiles(onRenewed) {
  const workers = navigator.serviceWorker;
  let controlled = Boolean(workers.controller);
  workers.addEventListener("controllerchange", () => {
    if (controlled) onRenewed();
    controlled = true;
  });
  await workers.register("service_worker.js", { updateViaCache: "none" });
}

/** Looks whether the gateway has another version of the files. */
export async function renewPageFiles() {
  const registration = await navigator.serviceWorker.ready;
  await registration.update();
}
