// The bare object with a log: each text is inserted into the object's SQLite, then passed on. The
// platform holds what is sent until the row is durable, as it does for our room.

import type { Subject } from '../subject/subject.ts'
import { startObject } from './object.ts'

const room = `
import { DurableObject } from 'cloudflare:workers'

export class Room extends DurableObject {
  #sockets = new Set(this.ctx.getWebSockets())
  #sql = this.ctx.storage.sql

  constructor(ctx, env) {
    super(ctx, env)
    this.#sql.exec('create table if not exists messages (number integer primary key, text text)')
  }

  fetch() {
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    this.#sockets.add(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  webSocketMessage(_, text) {
    this.#sql.exec('insert into messages (text) values (?)', text)
    for (const socket of this.#sockets) socket.send(text)
  }

  webSocketClose(socket) {
    this.#sockets.delete(socket)
  }
}
`

export function insertingObject(compatibilityDate: string): Subject {
  return {
    name: 'bare object + insert',
    dialect: 'bare',
    rampFrom: 0.6,
    start: () => startObject(room, compatibilityDate),
  }
}
