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
import { createRoom, type RoomComponents } from './create-room.ts'
import { sizeOf } from './frames/frame-handler.ts'
import { sendTimes } from './limits/rate-limits.ts'
import { migrate } from './log/schema.ts'
import type { RoomPorts } from './ports.ts'
import type { Answered, Outcome, RoomCalls, RoomState, Sent } from './rpc.ts'

const done: Outcome<null> = { ok: true, value: null }

export class Room extends DurableObject implements RoomCalls {
  readonly #parts: RoomComponents

  constructor(ctx: DurableObjectState, env: unknown, parts: RoomPorts) {
    super(ctx, env as never)
    migrate(ctx.storage)
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(canonicalPing, canonicalPong))
    this.#parts = createRoom(ctx, parts)

    const { alarm, clock, broadcaster, rateLimits, log, presence, connections, maintenance } =
      this.#parts
    const now = clock.now()
    // Ids do not go back with the clock: where they are ahead of it, the newest counts as now.
    const aheadMs = Math.max(0, log.newestAt - clock.wall())
    const since = clock.wall() + aheadMs - parts.limits.sends.windowMs
    rateLimits.recall(sendTimes(log.sendsSince(since, rateLimits.sendsMax), aheadMs), now)
    if (log.isNew) ctx.waitUntil(this.#recallFromRedis(now))
    // Sockets survive when the room sleeps, but no restart.
    if (ctx.getWebSockets().length === 0) presence.awaitReturn(now)
    else presence.reconcile((userId) => connections.ofUser(userId).size > 0, now)
    ctx.blockConcurrencyWhile(async () => {
      await alarm.recall()
      maintenance.arm()
    })
    broadcaster.admitSoon()
  }

  // ------------------------------------------------------------------------------------- sockets

  override fetch(request: Request): Response {
    const { admission, broadcaster, maintenance } = this.#woken()
    const response = admission.enter(request)
    // A refused upgrade leaves nothing to do, so the room may sleep on.
    if (response.status !== 101) return response
    broadcaster.admitSoon()
    maintenance.keepTicking()
    maintenance.arm()
    return response
  }

  override async webSocketMessage(socket: WebSocket, raw: string | ArrayBuffer): Promise<void> {
    const { clock, connections, frameHandler, slowConsumers } = this.#woken()
    const connection = connections.of(socket)
    if (connection) await frameHandler.hear(connection, raw)
    else slowConsumers.talksOn(socket, sizeOf(raw), clock.now())
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#woken().joinLeave.gone(socket)
    if (socket.readyState === WebSocket.CLOSING) socket.close(closeReply(code))
  }

  override webSocketError(socket: WebSocket): void {
    this.#woken().joinLeave.gone(socket)
  }

  // ------------------------------------------------------------------------------ calls of members

  async send(author: Caller, content: string, clientId: string): Promise<Outcome<Sent>> {
    const { clock, messageCommands, broadcaster, revocations } = this.#woken()
    const refusal = revocations.refusal(author)
    if (refusal) return { ok: false, refusal }
    broadcaster.catchUp()
    const result = messageCommands.send(author.member, content, clientId, clock.now())
    if (result.kind === 'refused') return { ok: false, refusal: result.refusal }
    if (result.kind === 'sent')
      return { ok: true, value: { message: toWire(result.message), fresh: true } }
    const recalled = await messageCommands.recall(result.earlier, author.member)
    if (!recalled.ok) return recalled
    return { ok: true, value: { message: toWire(recalled.value), fresh: false } }
  }

  async edit(author: Caller, id: string, content: string): Promise<Outcome<Message>> {
    const changed = await this.#woken().messageCommands.edit(author, id, content)
    return changed.ok ? { ok: true, value: toWire(changed.value) } : changed
  }

  async remove(author: Caller, id: string): Promise<Outcome<null>> {
    const changed = await this.#woken().messageCommands.remove(author, id)
    return changed.ok ? done : changed
  }

  async newest(before: string | null, limit: number): Promise<Tail> {
    const { log, outbox } = this.#woken()
    return log.tail(before, limit, outbox.flushedSeq)
  }

  async page(before: string | null, limit: number, known: string | null): Promise<Answered | Tail> {
    return this.#woken().pageCache.read(before, limit, known)
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
    const { moderation, maintenance } = this.#woken()
    moderation.revoke(sessionIds)
    maintenance.arm()
  }

  async bar(userId: string): Promise<void> {
    const { moderation, maintenance } = this.#woken()
    moderation.bar(userId)
    maintenance.arm()
  }

  async unbar(userId: string): Promise<void> {
    this.#woken().revocations.unbar(userId)
  }

  async erase(userId: string, remains: Remains): Promise<void> {
    const { moderation, maintenance } = this.#woken()
    moderation.erase(userId, remains)
    maintenance.arm()
  }

  // -------------------------------------------------------------------------- calls of the operator

  async state(): Promise<RoomState> {
    return this.#woken().operator.state()
  }

  async report(): Promise<RoomReport> {
    return this.#woken().operator.report()
  }

  async removeAny(id: string): Promise<Outcome<null>> {
    const changed = await this.#woken().messageCommands.strike(id)
    return changed.ok ? done : changed
  }

  async setAside(): Promise<SetAside[]> {
    return this.#woken().operator.setAside()
  }

  async retrySetAside(): Promise<void> {
    const { operator, maintenance } = this.#woken()
    operator.retrySetAside()
    maintenance.arm()
  }

  async recomputePresence(): Promise<void> {
    const { operator, maintenance } = this.#woken()
    operator.recomputePresence()
    maintenance.arm()
  }

  async sendAway(withinMs: number): Promise<void> {
    const { drain, maintenance } = this.#woken()
    drain.begin(withinMs)
    maintenance.arm()
  }

  // ----------------------------------------------------------------------------------------- alarm

  override alarm(): void {
    this.#woken().maintenance.ring()
  }

  /** The parts, for an event that reached the room. */
  #woken(): RoomComponents {
    this.#parts.clockWatch.onEvent()
    return this.#parts
  }

  async #recallFromRedis(startedAt: number): Promise<void> {
    const { mirrorWriter, rateLimits } = this.#parts
    const sends = await mirrorWriter.readSends()
    // Those of this start are counted already.
    rateLimits.recall(
      sends.filter(({ at }) => at < startedAt),
      startedAt,
    )
  }
}
