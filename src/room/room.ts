// The room as the platform sees it: sockets, calls and one alarm. It dispatches; the rules are its
// parts'. Sending needs the room's own storage alone.

import { DurableObject } from 'cloudflare:workers'
import { closeReply } from '../contract/close-codes.ts'
import type { Member, Message } from '../contract/entities.ts'
import { canonicalPing, canonicalPong } from '../contract/frames.ts'
import type { Remains } from '../contract/routes/accounts.ts'
import type { RoomReport, SetAside } from '../contract/routes/admin.ts'
import type { Overlay, Shown, Tail } from '../domain/history.ts'
import { type KeptMessage, toWire } from '../domain/message.ts'
import type { OwnBounds } from '../domain/own-messages.ts'
import type { Caller } from '../domain/session.ts'
import { type Assembly, assemble } from './assembly.ts'
import type { Answered, Outcome, RoomCalls, RoomState, Sent } from './calls.ts'
import { sizeOf } from './hearing.ts'
import { sendTimes } from './limiter.ts'
import type { RoomParts } from './parts.ts'
import { migrate } from './schema.ts'

const done: Outcome<null> = { ok: true, value: null }

export class Room extends DurableObject implements RoomCalls {
  readonly #parts: Assembly

  constructor(ctx: DurableObjectState, env: unknown, parts: RoomParts) {
    super(ctx, env as never)
    migrate(ctx.storage)
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(canonicalPing, canonicalPong))
    this.#parts = assemble(ctx, parts)

    const { alarmClock, clock, fanOut, limiter, log, presence, seats, upkeep } = this.#parts
    const now = clock.now()
    // Ids do not go back with the clock: where they are ahead of it, the newest counts as now.
    const aheadMs = Math.max(0, log.newestAt - clock.wall())
    const since = clock.wall() + aheadMs - parts.limits.sends.windowMs
    limiter.recall(sendTimes(log.sendsSince(since, limiter.sendsMax), aheadMs), now)
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
    const { door, fanOut, upkeep } = this.#woken()
    const response = door.enter(request)
    // A refused upgrade leaves nothing to do, so the room may sleep on.
    if (response.status !== 101) return response
    fanOut.admitSoon()
    upkeep.keepBeating()
    upkeep.arm()
    return response
  }

  override async webSocketMessage(socket: WebSocket, raw: string | ArrayBuffer): Promise<void> {
    const { clock, seats, hearing, readers } = this.#woken()
    const seat = seats.of(socket)
    if (seat) await hearing.hear(seat, raw)
    else readers.talksOn(socket, sizeOf(raw), clock.now())
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#woken().attendance.gone(socket)
    if (socket.readyState === WebSocket.CLOSING) socket.close(closeReply(code))
  }

  override webSocketError(socket: WebSocket): void {
    this.#woken().attendance.gone(socket)
  }

  // ------------------------------------------------------------------------------ calls of members

  async send(author: Caller, content: string, clientId: string): Promise<Outcome<Sent>> {
    const { clock, conversation, fanOut, revocations } = this.#woken()
    const refusal = revocations.refusal(author)
    if (refusal) return { ok: false, refusal }
    fanOut.catchUp()
    const result = conversation.send(author.member, content, clientId, clock.now())
    if (result.kind === 'refused') return { ok: false, refusal: result.refusal }
    if (result.kind === 'sent')
      return { ok: true, value: { message: toWire(result.message), fresh: true } }
    const recalled = await conversation.recall(result.earlier, author.member)
    if (!recalled.ok) return recalled
    return { ok: true, value: { message: toWire(recalled.value), fresh: false } }
  }

  async edit(author: Caller, id: string, content: string): Promise<Outcome<Message>> {
    const changed = await this.#woken().conversation.edit(author, id, content)
    return changed.ok ? { ok: true, value: toWire(changed.value) } : changed
  }

  async remove(author: Caller, id: string): Promise<Outcome<null>> {
    const changed = await this.#woken().conversation.remove(author, id)
    return changed.ok ? done : changed
  }

  async newest(before: string | null, limit: number): Promise<Tail> {
    const { log, outbox } = this.#woken()
    return log.tail(before, limit, outbox.flushedSeq)
  }

  async page(before: string | null, limit: number, known: string | null): Promise<Answered | Tail> {
    return this.#woken().pageTexts.read(before, limit, known)
  }

  async overlay(shown: Shown[]): Promise<Overlay> {
    return this.#woken().log.overlay(shown)
  }

  async online(): Promise<Member[]> {
    return this.#woken().presence.everyone()
  }

  async onlineText(known: string | null): Promise<Answered> {
    return this.#woken().presence.answered(known)
  }

  async unwritten(userId: string, bounds: OwnBounds): Promise<KeptMessage[]> {
    return this.#woken().outbox.unwritten(userId, bounds)
  }

  // ----------------------------------------------------------------------------- who may not enter

  async admits(caller: Caller): Promise<Outcome<null>> {
    const refusal = this.#woken().revocations.refusal(caller)
    return refusal ? { ok: false, refusal } : done
  }

  async revoke(sessionIds: string[]): Promise<void> {
    const { warden, upkeep } = this.#woken()
    warden.revoke(sessionIds)
    upkeep.arm()
  }

  async bar(userId: string): Promise<void> {
    const { warden, upkeep } = this.#woken()
    warden.bar(userId)
    upkeep.arm()
  }

  async unbar(userId: string): Promise<void> {
    this.#woken().revocations.unbar(userId)
  }

  async erase(userId: string, remains: Remains): Promise<void> {
    const { warden, upkeep } = this.#woken()
    warden.erase(userId, remains)
    upkeep.arm()
  }

  // -------------------------------------------------------------------------- calls of the operator

  async state(): Promise<RoomState> {
    return this.#woken().operator.state()
  }

  async report(): Promise<RoomReport> {
    return this.#woken().operator.report()
  }

  async removeAny(id: string): Promise<Outcome<null>> {
    const changed = await this.#woken().conversation.strike(id)
    return changed.ok ? done : changed
  }

  async setAside(): Promise<SetAside[]> {
    return this.#woken().operator.setAside()
  }

  async retrySetAside(): Promise<void> {
    const { operator, upkeep } = this.#woken()
    operator.retrySetAside()
    upkeep.arm()
  }

  async recomputePresence(): Promise<void> {
    const { operator, upkeep } = this.#woken()
    operator.recomputePresence()
    upkeep.arm()
  }

  async sendAway(withinMs: number): Promise<void> {
    const { reconnection, upkeep } = this.#woken()
    reconnection.begin(withinMs)
    upkeep.arm()
  }

  // ----------------------------------------------------------------------------------------- alarm

  override alarm(): void {
    this.#woken().upkeep.ring()
  }

  /** The parts, for an event that reached the room. */
  #woken(): Assembly {
    this.#parts.clockWatch.onEvent()
    return this.#parts
  }

  async #recallFromRedis(startedAt: number): Promise<void> {
    const { reflection, limiter } = this.#parts
    const sends = await reflection.readSends()
    // Those of this start are counted already.
    limiter.recall(
      sends.filter(({ at }) => at < startedAt),
      startedAt,
    )
  }
}
