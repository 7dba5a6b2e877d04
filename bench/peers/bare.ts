// The least a Durable Object can do: hand each text to every hibernatable socket. No accounts, no
// storage, no reading of what it passes on. The sockets are kept in a Set, which is faster than
// asking for them at each broadcast.

import type { Subject } from '../subject/subject.ts'
import { startWorkerd } from '../subject/workerd.ts'

const script = `
import { DurableObject } from 'cloudflare:workers'

export class BareRoom extends DurableObject {
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

export default {
  fetch: (request, env) => env.ROOM.getByName('room').fetch(request),
}
`

export function bareObject(compatibilityDate: string): Subject {
  return {
    name: 'bare object',
    dialect: 'bare',
    rampFrom: 0.6,
    async start({ accounts }) {
      const { url, pid, stop } = await startWorkerd({
        script,
        modules: true,
        compatibilityDate,
        durableObjects: { ROOM: { className: 'BareRoom', useSQLite: true } },
      })
      return {
        doors: Array.from({ length: accounts }, () => ({ url, subprotocols: [] })),
        pid,
        stop,
      }
    },
  }
}
