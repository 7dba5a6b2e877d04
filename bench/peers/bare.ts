// The least a Durable Object can do: hand each text to every hibernatable socket. No accounts, no
// storage, no reading of what it passes on. The sockets are kept in a Set, which is faster than
// asking for them at each broadcast.

import type { Subject } from '../subject/subject.ts'
import { startObject } from './object.ts'

const room = `
import { DurableObject } from 'cloudflare:workers'

export class Room extends DurableObject {
  #sockets = new Set(this.ctx.getWebSockets())

  fetch() {
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    this.#sockets.add(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  webSocketMessage(_, text) {
    for (const socket of this.#sockets) socket.send(text)
  }

  webSocketClose(socket) {
    this.#sockets.delete(socket)
  }
}
`

export function bareObject(compatibilityDate: string): Subject {
  return {
    name: 'bare object',
    dialect: 'bare',
    rampFrom: 0.6,
    start: () => startObject(room, compatibilityDate),
  }
}
