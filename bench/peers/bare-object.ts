// The least that a Durable Object can do: it passes each text to every hibernatable socket, or first
// inserts it into its SQLite. It keeps the sockets in a Set, which is faster than asking for them.

import { startWorkerd } from '../harness/workerd.ts'
import type { Subject } from './subject.ts'

const script = ({ prepare, insert }: { prepare: string; insert: string }) => `
import { DurableObject } from 'cloudflare:workers'

export class BareObject extends DurableObject {
  #sockets = new Set(this.ctx.getWebSockets())
  #sql = this.ctx.storage.sql

  constructor(ctx, env) {
    super(ctx, env)
    ${prepare}
  }

  fetch() {
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    this.#sockets.add(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  webSocketMessage(_, text) {
    ${insert}
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
  return subject('bare object', script({ prepare: '', insert: '' }), compatibilityDate)
}

export function insertingObject(compatibilityDate: string): Subject {
  const prepare =
    "this.#sql.exec('create table if not exists messages (number integer primary key, text text)')"
  const insert = "this.#sql.exec('insert into messages (text) values (?)', text)"
  return subject('bare object + insert', script({ prepare, insert }), compatibilityDate)
}

function subject(name: string, script: string, compatibilityDate: string): Subject {
  return {
    name,
    dialect: 'bare',
    searchFrom: 0.6,
    async start() {
      const { url, pid, stop } = await startWorkerd({
        script,
        modules: true,
        compatibilityDate,
        durableObjects: { ROOM: { className: 'BareObject', useSQLite: true } },
      })
      return { endpoints: [{ url, subprotocols: [] }], pid, stop }
    },
  }
}
