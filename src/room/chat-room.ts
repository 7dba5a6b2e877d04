// The room's Durable Object: WebSocket events, RPC calls and one alarm. It only dispatches, and its
// components hold the rules. Sending a message must need nothing but the room's own storage.

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
  readonly #components: RoomComponents

  constructor(ctx: DurableObjectState, env: unknown, ports: RoomPorts) {
    super(ctx, env as never)
    migrate(ctx.storage)
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(canonicalPing, canonicalPong))
    this.#components = createRoom(ctx, ports)

    const { alarm, clock, broadcaster, rateLimits, log, presence, connections, maintenance } =
      this.#components
    const now = clock.now()
    // Ids do not go back with the clock: if the newest one is ahead of it, its time counts as now.
    const aheadMs = Math.max(0, log.newestAt - clock.wall())
    const since = clock.wall() + aheadMs - ports.limits.sends.windowMs
    rateLimits.restoreSends(sendTimes(log.sendsSince(since, rateLimits.sendsMax), aheadMs), now)
    if (log.isNew) ctx.waitUntil(this.#restoreSends(now))
    // Sockets survive the room's hibernation but not its restart.
    if (ctx.getWebSockets().length === 0) presence.extendGraces(now)
    else presence.reconcile((userId) => connections.ofUser(userId).size > 0, now)
    ctx.blockConcurrencyWhile(async () => {
      await alarm.load()
      maintenance.arm()
    })
    broadcaster.admitSoon()
  }

  // ------------------------------------------------------------------------------------- sockets

  override fetch(request: Request): Response {
    const { admission, broadcaster, maintenance } = this.#onEvent()
    const response = admission.acceptUpgrade(request)
    // A refused upgrade leaves nothing to do, so the room may hibernate again.
    if (response.status !== 101) return response
    broadcaster.admitSoon()
    maintenance.startTicking()
    maintenance.arm()
    return response
  }

  override async webSocketMessage(socket: WebSocket, raw: string | ArrayBuffer): Promise<void> {
    const { clock, connections, frameHandler, slowConsumers } = this.#onEvent()
    const connection = connections.of(socket)
    if (connection) await frameHandler.handle(connection, raw)
    else slowConsumers.frameAfterClose(socket, sizeOf(raw), clock.now())
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#onEvent().joinLeave.socketClosed(socket)
    if (socket.readyState === WebSocket.CLOSING) socket.close(closeReply(code))
  }

  override webSocketError(socket: WebSocket): void {
    this.#onEvent().joinLeave.socketClosed(socket)
  }

  // -------------------------------------------------------------------------- calls of members

  async send(author: Caller, content: string, clientId: string): Promise<Outcome<Sent>> {
    const { clock, messageCommands, broadcaster, revocations } = this.#onEvent()
    const refusal = revocations.refusal(author)
    if (refusal) return { ok: false, refusal }
    broadcaster.applyQueuedCommands()
    const result = messageCommands.send(author.member, content, clientId, clock.now())
    if (result.kind === 'refused') return { ok: false, refusal: result.refusal }
    if (result.kind === 'sent')
      return { ok: true, value: { message: toWire(result.message), fresh: true } }
    const recalled = await messageCommands.loadEarlier(result.earlier, author.member)
    if (!recalled.ok) return recalled
    return { ok: true, value: { message: toWire(recalled.value), fresh: false } }
  }

  async edit(author: Caller, id: string, content: string): Promise<Outcome<Message>> {
    const changed = await this.#onEvent().messageCommands.edit(author, id, content)
    return changed.ok ? { ok: true, value: toWire(changed.value) } : changed
  }

  async remove(author: Caller, id: string): Promise<Outcome<null>> {
    const changed = await this.#onEvent().messageCommands.remove(author, id)
    return changed.ok ? done : changed
  }

  async newest(before: string | null, limit: number): Promise<Tail> {
    const { log, outbox } = this.#onEvent()
    return log.tail(before, limit, outbox.flushedSeq)
  }

  async page(before: string | null, limit: number, known: string | null): Promise<Answered | Tail> {
    return this.#onEvent().pageCache.read(before, limit, known)
  }

  async overlay(shown: Shown[]): Promise<Overlay> {
    return this.#onEvent().log.overlay(shown)
  }

  async online(): Promise<Member[]> {
    return this.#onEvent().presence.members()
  }

  async onlineText(known: string | null): Promise<Answered> {
    return this.#onEvent().presence.membersAsJson(known)
  }

  async unwritten(userId: string, bounds: OwnBounds): Promise<KeptMessage[]> {
    return this.#onEvent().outbox.unwritten(userId, bounds)
  }

  // ------------------------------------------------------------------------------------ access

  async admits(caller: Caller): Promise<Outcome<null>> {
    const refusal = this.#onEvent().revocations.refusal(caller)
    return refusal ? { ok: false, refusal } : done
  }

  async revoke(sessionIds: string[]): Promise<void> {
    const { moderation, maintenance } = this.#onEvent()
    moderation.revoke(sessionIds)
    maintenance.arm()
  }

  async bar(userId: string): Promise<void> {
    const { moderation, maintenance } = this.#onEvent()
    moderation.ban(userId)
    maintenance.arm()
  }

  async unbar(userId: string): Promise<void> {
    this.#onEvent().revocations.unban(userId)
  }

  async erase(userId: string, remains: Remains): Promise<void> {
    const { moderation, maintenance } = this.#onEvent()
    moderation.erase(userId, remains)
    maintenance.arm()
  }

  // -------------------------------------------------------------------------- calls of the operator

  async state(): Promise<RoomState> {
    return this.#onEvent().operator.state()
  }

  async report(): Promise<RoomReport> {
    return this.#onEvent().operator.report()
  }

  async removeAny(id: string): Promise<Outcome<null>> {
    const changed = await this.#onEvent().messageCommands.removeByOperator(id)
    return changed.ok ? done : changed
  }

  async setAside(): Promise<SetAside[]> {
    return this.#onEvent().operator.listDeadLetters()
  }

  async retrySetAside(): Promise<void> {
    const { operator, maintenance } = this.#onEvent()
    operator.retryDeadLetters()
    maintenance.arm()
  }

  async recomputePresence(): Promise<void> {
    const { operator, maintenance } = this.#onEvent()
    operator.recomputePresence()
    maintenance.arm()
  }

  async sendAway(withinMs: number): Promise<void> {
    const { drain, maintenance } = this.#onEvent()
    drain.begin(withinMs)
    maintenance.arm()
  }

  // ----------------------------------------------------------------------------------------- alarm

  override alarm(): void {
    this.#onEvent().maintenance.onAlarm()
  }

  /** Runs once for each event that reaches the room. @returns the components that handle it */
  #onEvent(): RoomComponents {
    this.#components.clockWatch.onEvent()
    return this.#components
  }

  async #restoreSends(startedAt: number): Promise<void> {
    const { mirrorWriter, rateLimits } = this.#components
    const sends = await mirrorWriter.readSends()
    // Sends since this start are counted already.
    rateLimits.restoreSends(
      sends.filter(({ at }) => at < startedAt),
      startedAt,
    )
  }
}
