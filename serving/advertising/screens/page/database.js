/** What outlives a reboot: the token, the last state, creatives, and plays to be sent. */

const NAME = "screen";
const VERSION = 1;

function upgrade(database) {
  database.createObjectStore("settings");
  database.createObjectStore("creatives");
  const plays = database.createObjectStore("plays", { keyPath: "number", autoIncrement: true });
  plays.createIndex("screen", "screen");
  plays.createIndex("completed", "completed");
  database.createObjectStore("put_aside", { autoIncrement: true });
}

/** The result of a request to IndexedDB. */
export function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}

export class Database {
  #connection;

  constructor(connection) {
    this.#connection = connection;
  }

  /**
   * @param {() => void} onClose Called if the browser closes the database, as when its files are
   *     damaged or cleared.
   */
  static async open(onClose) {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => upgrade(request.result);
    const connection = await result(request);
    connection.onclose = onClose;
    return new Database(connection);
  }

  /** The result of `work`, called with the stores, once all that it wrote is on the disk. */
  async change(names, work) {
    const transaction = this.#connection.transaction(names, "readwrite", { durability: "strict" });
    const stores = names.map((name) => transaction.objectStore(name));
    const [worked] = await Promise.all([work(...stores), committed(transaction)]);
    return worked;
  }

  store(name) {
    return this.#connection.transaction(name).objectStore(name);
  }

  get(name, key) {
    return result(this.store(name).get(key));
  }

  keys(name) {
    return result(this.store(name).getAllKeys());
  }

  put(name, key, value) {
    return this.change([name], (store) => result(store.put(value, key)));
  }

  remove(name, key) {
    return this.change([name], (store) => result(store.delete(key)));
  }
}
