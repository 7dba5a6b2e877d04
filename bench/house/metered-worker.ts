// The production bundle with meters around it: every statement of the room's SQLite, its alarm, what
// comes in, and what goes to Postgres and Redis. It changes nothing.

import type { Env } from '../../src/env.ts'
import worker, { ChatRoom as Room } from '../../src/worker.ts'
import { withEdgeLimit } from './edge-limit.ts'
import { type Meter, meterPath, noTraffic, type Traffic } from './meter.ts'

export { MachineClock } from '../../src/worker.ts'

const meter: Meter = {
  rowsRead: 0,
  rowsWritten: 0,
  alarmsSet: 0,
  alarmsRun: 0,
  objectRequests: 0,
  incomingMessages: 0,
  neon: noTraffic(),
  redis: { ...noTraffic(), commands: 0 },
}

export class ChatRoom extends Room {
  constructor(state: DurableObjectState, env: Env) {
    putMeters(state.storage)
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

/** On the classes themselves: the platform takes no object in place of its own. */
function putMeters(storage: DurableObjectStorage): void {
  const sql = Object.getPrototypeOf(storage.sql) as SqlStorage
  const { exec } = sql
  sql.exec = function <T extends Record<string, SqlStorageValue>>(
    this: SqlStorage,
    ...statement: Parameters<SqlStorage['exec']>
  ) {
    const cursor = exec.apply(this, statement) as SqlStorageCursor<T>
    // The room reads all it wants of a cursor at once.
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

const fetchAsEver = globalThis.fetch

globalThis.fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
  const answer = await fetchAsEver(input, init)
  const asked = String(init?.body ?? '')
  const told = await answer.text()
  const isSql = new URL(input instanceof Request ? input.url : input).pathname === '/sql'
  count(isSql ? meter.neon : meter.redis, asked, told)
  if (!isSql) meter.redis.commands += commandsIn(asked)
  return new Response(told, answer)
}

function count(traffic: Traffic, asked: string, told: string): void {
  traffic.requests++
  traffic.bytesOut += bytesOf(asked)
  traffic.bytesIn += bytesOf(told)
}

const bytesOf = (text: string) => new TextEncoder().encode(text).length

/** One command is a list of texts; a transaction is a list of commands. */
function commandsIn(body: string): number {
  const parsed = JSON.parse(body) as unknown[]
  return Array.isArray(parsed[0]) ? parsed.length : 1
}

export default {
  fetch(request, env, context) {
    return new URL(request.url).pathname === meterPath
      ? Response.json(meter)
      : worker.fetch(request, withEdgeLimit(env), context)
  },
} satisfies ExportedHandler<Env>
