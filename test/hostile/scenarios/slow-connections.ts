// Connections that send their head or body byte by byte, or never finish their handshake. They stay
// open during the whole attack.

import { createConnection, type Socket } from 'node:net'
import type { AttackRunner } from '../attack-runner.ts'

const everyMs = 1_000

type SlowConnection = { socket: Socket; kind: string; openedAt: number }

const statusOf = (answer: Buffer) => /^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1'))?.[1]

export class SlowConnections {
  readonly #runner: AttackRunner
  readonly #held: SlowConnection[] = []
  readonly #timer: NodeJS.Timeout

  constructor(runner: AttackRunner, each: number) {
    this.#runner = runner
    const { port, target } = runner.parts
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
      this.#runner.parts.metrics.count(`${kind}: ${socket.destroyed ? 'cut' : 'held to the end'}`)
      socket.destroy()
    }
  }

  #hold(kind: string, start: string): void {
    const { port, metrics } = this.#runner.parts
    const socket = createConnection(port, '127.0.0.1')
    socket.write(start)
    const openedAt = performance.now()
    socket.on('error', () => {})
    socket.once('data', (answer) => metrics.count(`${kind}: answered ${statusOf(answer)}`))
    socket.on('close', () => metrics.time(`${kind} until they ended`, performance.now() - openedAt))
    this.#held.push({ socket, kind, openedAt })
    metrics.count('attacks by slowness')
  }

  #drip(): void {
    for (const { socket, kind } of this.#held)
      if (!socket.destroyed && kind !== 'silent connections') socket.write('x')
  }
}
