/** Keeps the page for use without a network, where browsers do so: on pages that come over https, or from this machine. */

navigator.serviceWorker?.register(new URL("../offline-worker.js", import.meta.url)).catch(() => {});
