/** One store of the browser's database. */
export class Store {
  #name;
  #connection = null; // a promise of it; null before it is first needed, and after the browser has closed it
  #open;

  /** A store of its own in a database; records are found by what `keyPath` names. */
  constructor(database, name, keyPath) {
    this.#name = name;
    this.#open = () => new Promise((resolve, reject) => {
      const opening = indexedDB.open(database, 1), forget = () => { this.#connection = null; };
      opening.onupgradeneeded = () => opening.result.createObjectStore(name, { keyPath });
      opening.onsuccess = () => {
        const { result } = opening;
        result.onclose = forget; // somebody has cleared the data of the site
        result.onversionchange = () => {
          result.close();
          forget();
        };
        resolve(result);
      };
      opening.onerror = () => {
        forget();
        reject(opening.error);
      };
    });
  }

  /** What `make(store)` asks for. */
  async ask(make) {
    const request = make((await this.#begin("readonly")).objectStore(this.#name));
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  /** Change what is stored by `make(store)`. */
  async change(make) {
    const transaction = await this.#begin("readwrite");
    make(transaction.objectStore(this.#name));
    transaction.commit(); // now: the page may be gone in a moment
    return new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** A transaction; on another connection where the one there was is closed. */
  async #begin(mode) {
    try {
      return (await (this.#connection ??= this.#open())).transaction(this.#name, mode);
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error;
      return (await (this.#connection = this.#open())).transaction(this.#name, mode);
    }
  }
}
