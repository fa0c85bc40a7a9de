/** One store of the browser's database. */
export class Store {
  #name;
  #database;

  /** A store of its own in a database; records are found by what `keyPath` names. */
  constructor(database, name, keyPath) {
    this.#name = name;
    this.#database = new Promise((resolve, reject) => {
      const opening = indexedDB.open(database, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(name, { keyPath });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    this.#database.catch(() => {}); // told to whoever asks
  }

  /** What `make(store)` asks for. */
  async ask(make) {
    const request = make((await this.#database).transaction(this.#name).objectStore(this.#name));
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  /** Change what is stored by `make(store)`. */
  async change(make) {
    const transaction = (await this.#database).transaction(this.#name, "readwrite");
    make(transaction.objectStore(this.#name));
    transaction.commit(); // now: the page may be gone in a moment
    return new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  }
}
