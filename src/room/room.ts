// The room as the platform sees it: sockets, calls and one alarm. It dispatches; the rules are its
// parts'. Sending needs the room's own storage alone.

import { DurableObject } from 'cloudflare:workers'
import { closeReply } from '../contract/close-codes.ts'
import type { Member, Message } from '../contract/entities.ts'
import { canonicalPing, canonicalPong } from '../contract/frames.ts'
import type { Remains } from '../contract/routes/accounts.ts'
import type { RoomReport, SetAside } from '../contract/routes/admin.ts'
import type { Tail } from '../domain/history.ts'
import { type KeptMessage, toWire } from '../domain/message.ts'
import type { OwnBounds } from '../domain/own-messages.ts'
import type { Caller } from '../domain/session.ts'
import { type Assembly, assemble } from './assembly.ts'
import type { Outcome, RoomCalls, RoomState, Sent } from './calls.ts'
import { sendTimes } from './limiter.ts'
import type { RoomParts } from './parts.ts'
import { migrate } from './schema.ts'

const done: Outcome<null> = { ok: true, value: null }

export class Room extends DurableObject implements RoomCalls {
  readonly #parts: Assembly

  constructor(ctx: DurableObjectState, env: unknown, parts: RoomParts) {
    super(ctx, env as never)
    const now = Date.now()
    migrate(ctx.storage)
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(canonicalPing, canonicalPong))
    this.#parts = assemble(ctx, parts, now)

    const { alarmClock, fanOut, limiter, log, presence, seats, upkeep } = this.#parts
    limiter.recall(sendTimes(log.sendsSince(now - parts.limits.sends.windowMs)))
    if (log.isNew) ctx.waitUntil(this.#recallFromRedis(now))
    // Sockets survive when the room sleeps, but no restart.
    if (ctx.getWebSockets().length === 0) presence.awaitReturn(now)
    else presence.reconcile((userId) => seats.ofUser(userId).size > 0, now)
    ctx.blockConcurrencyWhile(async () => {
      await alarmClock.recall()
      upkeep.arm()
    })
    fanOut.admitSoon()
  }

  // ------------------------------------------------------------------------------------- sockets

  override fetch(request: Request): Response {
    const { door, fanOut, upkeep } = this.#parts
    const response = door.enter(request)
    fanOut.admitSoon()
    upkeep.keepBeating()
    upkeep.arm()
    return response
  }

  override async webSocketMessage(socket: WebSocket, raw: string | ArrayBuffer): Promise<void> {
    const { seats, hearing, readers } = this.#parts
    const seat = seats.of(socket)
    if (seat) await hearing.hear(seat, raw)
    else readers.talksOn(socket, Date.now())
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#parts.attendance.gone(socket)
    if (socket.readyState === WebSocket.CLOSING) socket.close(closeReply(code))
  }

  override webSocketError(socket: WebSocket): void {
    this.#parts.attendance.gone(socket)
  }

  // ------------------------------------------------------------------------------ calls of members

  async send(author: Caller, content: string, clientId: string): Promise<Outcome<Sent>> {
    const { conversation, fanOut, revocations } = this.#parts
    const now = Date.now()
    const refusal = revocations.refusal(author, now)
    if (refusal) return { ok: false, refusal }
    fanOut.catchUp()
    const result = conversation.send(author.member, content, clientId, now)
    if (result.kind === 'refused') return { ok: false, refusal: result.refusal }
    if (result.kind === 'sent')
      return { ok: true, value: { message: toWire(result.message), fresh: true } }
    const recalled = await conversation.recall(result.earlier, author.member)
    if (!recalled.ok) return recalled
    return { ok: true, value: { message: toWire(recalled.value), fresh: false } }
  }

  async edit(author: Caller, id: string, content: string): Promise<Outcome<Message>> {
    const changed = await this.#parts.conversation.edit(author, id, content)
    return changed.ok ? { ok: true, value: toWire(changed.value) } : changed
  }

  async remove(author: Caller, id: string): Promise<Outcome<null>> {
    const changed = await this.#parts.conversation.remove(author, id)
    return changed.ok ? done : changed
  }

  async newest(before: string | null, limit: number): Promise<Tail> {
    return this.#parts.log.tail(before, limit)
  }

  async online(): Promise<Member[]> {
    return this.#parts.presence.everyone()
  }

  async unwritten(userId: string, bounds: OwnBounds): Promise<KeptMessage[]> {
    return this.#parts.outbox.unwritten(userId, bounds)
  }

  // ----------------------------------------------------------------------------- who may not enter

  async admits(caller: Caller): Promise<Outcome<null>> {
    const refusal = this.#parts.revocations.refusal(caller, Date.now())
    return refusal ? { ok: false, refusal } : done
  }

  async revoke(sessionIds: string[]): Promise<void> {
    this.#parts.warden.revoke(sessionIds, Date.now())
    this.#parts.upkeep.arm()
  }

  async bar(userId: string): Promise<void> {
    this.#parts.warden.bar(userId, Date.now())
    this.#parts.upkeep.arm()
  }

  async unbar(userId: string): Promise<void> {
    this.#parts.revocations.unbar(userId)
  }

  async erase(userId: string, remains: Remains): Promise<void> {
    this.#parts.warden.erase(userId, remains, Date.now())
    this.#parts.upkeep.arm()
  }

  // -------------------------------------------------------------------------- calls of the operator

  async state(): Promise<RoomState> {
    return this.#parts.operator.state(Date.now())
  }

  async report(): Promise<RoomReport> {
    return this.#parts.operator.report(Date.now())
  }

  async removeAny(id: string): Promise<Outcome<null>> {
    const changed = await this.#parts.conversation.strike(id)
    return changed.ok ? done : changed
  }

  async setAside(): Promise<SetAside[]> {
    return this.#parts.operator.setAside()
  }

  async retrySetAside(): Promise<void> {
    this.#parts.operator.retrySetAside(Date.now())
    this.#parts.upkeep.arm()
  }

  async recomputePresence(): Promise<void> {
    this.#parts.operator.recomputePresence(Date.now())
    this.#parts.upkeep.arm()
  }

  async sendAway(withinMs: number): Promise<void> {
    this.#parts.reconnection.begin(withinMs, Date.now())
    this.#parts.upkeep.arm()
  }

  // ----------------------------------------------------------------------------------------- alarm

  override alarm(): void {
    this.#parts.upkeep.ring()
  }

  async #recallFromRedis(startedAt: number): Promise<void> {
    const { reflection, limiter } = this.#parts
    const sends = await reflection.readSends()
    // Those of this start are counted already.
    limiter.recall(sends.filter(({ at }) => at < startedAt))
  }
}
