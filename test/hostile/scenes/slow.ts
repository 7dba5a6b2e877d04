// Slow ones: heads and bodies that come a byte at a time, and handshakes that never end. They are
// held all through the attack, and nobody else may notice.

import { createConnection, type Socket } from 'node:net'
import type { Stage } from '../stage.ts'

const everyMs = 1_000

type Slow = { socket: Socket; kind: string; openedAt: number }

const statusOf = (answer: Buffer) => /^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1'))?.[1]

export class SlowOnes {
  readonly #stage: Stage
  readonly #held: Slow[] = []
  readonly #timer: NodeJS.Timeout

  constructor(stage: Stage, each: number) {
    this.#stage = stage
    const { port, target } = stage.parts
    const host = `Host: 127.0.0.1:${port}\r\n`
    const token = target.attackers[0]?.token ?? ''
    const body = `POST /messages HTTP/1.1\r\n${host}Authorization: Bearer ${token}\r\nContent-Type: application/json\r\n`
    const upgrade = `GET /ws/chat HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n`
    for (let held = 0; held < each; held++) {
      this.#hold('slow heads', `GET /health HTTP/1.1\r\n${host}X-Slow: `)
      this.#hold('slow bodies', `${body}Content-Length: 60000\r\n\r\n{"content":"`)
      this.#hold('slow chunks', `${body}Transfer-Encoding: chunked\r\n\r\nFFF\r\n{"content":"`)
      this.#hold('half-open upgrades', `${upgrade}X-Slow: `)
      this.#hold('silent connections', '')
    }
    this.#timer = setInterval(() => this.#drip(), everyMs)
  }

  end(): void {
    clearInterval(this.#timer)
    for (const { socket, kind } of this.#held) {
      this.#stage.parts.figures.count(`${kind}: ${socket.destroyed ? 'cut' : 'held to the end'}`)
      socket.destroy()
    }
  }

  #hold(kind: string, start: string): void {
    const { port, figures } = this.#stage.parts
    const socket = createConnection(port, '127.0.0.1')
    socket.write(start)
    const openedAt = performance.now()
    socket.on('error', () => {})
    socket.once('data', (answer) => figures.count(`${kind}: answered ${statusOf(answer)}`))
    socket.on('close', () => figures.time(`${kind} until they ended`, performance.now() - openedAt))
    this.#held.push({ socket, kind, openedAt })
    figures.count('attacks by slowness')
  }

  #drip(): void {
    for (const { socket, kind } of this.#held)
      if (!socket.destroyed && kind !== 'silent connections') socket.write('x')
  }
}
