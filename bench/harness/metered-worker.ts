// The room with counters around it: SQLite statements, alarms, incoming messages, and requests to
// Postgres and Redis. It changes nothing that the room does.

import type { Env } from '../../src/env.ts'
import { ChatRoom as UnmeteredChatRoom } from '../../src/worker.ts'
import { type Meter, meterPath } from './meter.ts'
import worker from './worker.ts'

export * from '../../src/worker.ts'

const meter: Meter = {
  rowsRead: 0,
  rowsWritten: 0,
  alarmsSet: 0,
  alarmsRun: 0,
  objectRequests: 0,
  incomingMessages: 0,
  neonRequests: 0,
  neonBytesReceived: 0,
  redisCommands: 0,
}

export class ChatRoom extends UnmeteredChatRoom {
  constructor(state: DurableObjectState, env: Env) {
    countStorage(state.storage)
    super(state, env)
  }

  override fetch(request: Request): Response {
    meter.objectRequests++
    return super.fetch(request)
  }

  override webSocketMessage(socket: WebSocket, raw: string | ArrayBuffer): Promise<void> {
    meter.incomingMessages++
    return super.webSocketMessage(socket, raw)
  }

  override alarm(): void {
    meter.alarmsRun++
    super.alarm()
  }
}

/** Patches the prototypes, as the platform accepts no other object in place of its own. */
function countStorage(storage: DurableObjectStorage): void {
  const sql = Object.getPrototypeOf(storage.sql) as SqlStorage
  const { exec } = sql
  sql.exec = function <T extends Record<string, SqlStorageValue>>(
    this: SqlStorage,
    ...statement: Parameters<SqlStorage['exec']>
  ) {
    const cursor = exec.apply(this, statement) as SqlStorageCursor<T>
    // The room reads a cursor before it awaits anything.
    queueMicrotask(() => {
      meter.rowsRead += cursor.rowsRead
      meter.rowsWritten += cursor.rowsWritten
    })
    return cursor
  }
  const durable = Object.getPrototypeOf(storage) as DurableObjectStorage
  const { setAlarm } = durable
  durable.setAlarm = function (...when) {
    meter.alarmsSet++
    return setAlarm.apply(this, when)
  }
}

const originalFetch = globalThis.fetch

globalThis.fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
  const response = await originalFetch(input, init)
  const sent = String(init?.body ?? '')
  const received = await response.text()
  if (new URL(input instanceof Request ? input.url : input).pathname === '/sql') {
    meter.neonRequests++
    meter.neonBytesReceived += new TextEncoder().encode(received).length
  } else meter.redisCommands += commandsIn(sent)
  return new Response(received, response)
}

/** A command is a list of texts, and a transaction is a list of commands. */
function commandsIn(body: string): number {
  const parsed = JSON.parse(body) as unknown[]
  return Array.isArray(parsed[0]) ? parsed.length : 1
}

export default {
  fetch(request, env, context) {
    return new URL(request.url).pathname === meterPath
      ? Response.json(meter)
      : worker.fetch(request, env, context)
  },
} satisfies ExportedHandler<Env>
