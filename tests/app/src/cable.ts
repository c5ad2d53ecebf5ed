/** The way between a phone's browser and the relay: it can be cut as a network is, and brought back. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/** Where a service worker's script is changed, so that the browser sees a new version of the app. */
const WORKER_SCRIPT = "/app/sw.js";

export class Cable {
  readonly #server: Server;
  readonly #relay: URL;
  readonly #sockets = new Set<Socket>();
  #whole = true;
  /** So many more bytes come through to the phone before the cable is cut. */
  #downLeft = Infinity;
  /** Likewise, from the phone. */
  #upLeft = Infinity;
  #release = "";
  #told: (() => void) | undefined;

  private constructor(relay: string) {
    this.#relay = new URL(relay);
    this.#server = createServer((asked, answer) => this.#forward(asked, answer));
    this.#server.on("upgrade", (asked: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#join(asked, socket, head),
    );
    this.#server.on("connection", (socket: Socket) => {
      if (!this.#whole) socket.resetAndDestroy();
      else this.#keep(socket);
    });
  }

  static async to(relay: string): Promise<Cable> {
    const cable = new Cable(relay);
    await new Promise<void>((settle) => cable.#server.listen(0, "127.0.0.1", settle));
    return cable;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Nothing gets through, and what was under way is gone. */
  cut() {
    this.#whole = false;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#sockets.clear();
    this.#told?.();
  }

  mend() {
    this.#downLeft = Infinity;
    this.#upLeft = Infinity;
    this.#whole = true;
  }

  /** Settles when so many more bytes have gone through the phone's own connection and the cable was cut at them. */
  cutAfter({ down = Infinity, up = Infinity }: { down?: number; up?: number }): Promise<void> {
    this.#downLeft = down;
    this.#upLeft = up;
    return new Promise((settle) => (this.#told = settle));
  }

  /** From now on the relay has another version of the app. */
  release(name: string) {
    this.#release = `\n// ${name}\n`;
  }

  async end() {
    this.cut();
    await new Promise((settle) => this.#server.close(settle));
  }

  #keep(socket: Socket) {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #forward(asked: IncomingMessage, answer: ServerResponse) {
    const changed = asked.url === WORKER_SCRIPT && this.#release !== "";
    const headers = { ...asked.headers };
    if (changed) delete headers["accept-encoding"];
    const on = request(
      { host: this.#relay.hostname, port: this.#relay.port, method: asked.method, path: asked.url, headers },
      (said) => {
        const { "content-length": _length, ...rest } = said.headers;
        answer.writeHead(said.statusCode ?? 502, changed ? rest : said.headers);
        said.on("data", (bytes: Buffer) => answer.write(bytes));
        said.on("end", () => answer.end(changed ? this.#release : undefined));
        said.on("error", () => answer.destroy());
      },
    );
    on.on("error", () => answer.destroy());
    asked.pipe(on);
  }

  /** The phone's WebSocket, byte for byte. */
  #join(asked: IncomingMessage, phone: Socket, head: Buffer) {
    const relay = connect(Number(this.#relay.port), this.#relay.hostname);
    this.#keep(relay);
    const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
    for (let at = 0; at < asked.rawHeaders.length; at += 2)
      lines.push(`${asked.rawHeaders[at]}: ${asked.rawHeaders[at + 1]}`);
    relay.write(`${lines.join("\r\n")}\r\n\r\n`);
    relay.write(head);
    phone.on("data", (bytes: Buffer) => {
      this.#upLeft -= bytes.length;
      relay.write(bytes);
      if (this.#upLeft <= 0) this.cut();
    });
    relay.on("data", (bytes: Buffer) => {
      this.#downLeft -= bytes.length;
      phone.write(bytes);
      // What was written is still delivered: a network that breaks gives up what is on its way, not what has come.
      if (this.#downLeft <= 0) this.cut();
    });
    phone.on("close", () => relay.destroy());
    relay.on("close", () => phone.destroy());
  }
}
