// The room's Durable Object: the calls of the Worker. It only dispatches, and its components hold the
// rules. Sending a message must need nothing but the room's own storage.

import type { Member, Message } from '../contract/entities.ts'
import type { Room } from '../contract/moderation.ts'
import type { Rearchive } from '../contract/rearchive.ts'
import type { DeadLetter, RoomReport } from '../contract/room-report.ts'
import type { ErasureMode } from '../contract/values.ts'
import type { MessageVersion, Overlay, RoomShare } from '../domain/history.ts'
import { type StoredMessage, toWire } from '../domain/message.ts'
import type {
  ModerationAnswer,
  ModerationCall,
  ModerationKind,
} from '../domain/moderation-calls.ts'
import type { OwnBounds } from '../domain/own-messages.ts'
import { roleOf } from '../domain/roles.ts'
import type { Caller } from '../domain/session.ts'
import { closedState } from './operator.ts'
import { RoomObject } from './room-object.ts'
import type { Outcome, RoomCalls, RoomState, SentMessage, Standing, TaggedJson } from './rpc.ts'

const done: Outcome<null> = { ok: true, value: null }

export class BaseChatRoom extends RoomObject implements RoomCalls {
  // -------------------------------------------------------------------------- calls of members

  async send(author: Caller, content: string, clientId: string): Promise<Outcome<SentMessage>> {
    return this.lifecycle.run(({ messageCalls }) => messageCalls.send(author, content, clientId))
  }

  async edit(author: Caller, id: string, content: string): Promise<Outcome<Message>> {
    const edit = this.lifecycle.run(({ messageCalls }) => messageCalls.edit(author, id, content))
    const changed = await edit
    return changed.ok ? { ok: true, value: toWire(changed.value) } : changed
  }

  async remove(author: Caller, id: string): Promise<Outcome<null>> {
    const changed = await this.lifecycle.run(({ messageCalls }) => messageCalls.remove(author, id))
    return changed.ok ? done : changed
  }

  async newest(before: string | null, limit: number): Promise<RoomShare> {
    return this.lifecycle.run(({ log, messages, outbox }) =>
      messages.roomShare(before, limit, { session: log.position, flushedSeq: outbox.flushedSeq }),
    )
  }

  async page(
    before: string | null,
    limit: number,
    known: string | null,
  ): Promise<TaggedJson | RoomShare> {
    return this.lifecycle.run(({ pageCache }) => pageCache.read(before, limit, known))
  }

  async overlay(shown: MessageVersion[]): Promise<Overlay> {
    return this.lifecycle.run(({ messages }) => messages.overlay(shown))
  }

  async online(): Promise<Member[]> {
    return this.lifecycle.run(({ presence }) => presence.members())
  }

  async onlineText(known: string | null): Promise<TaggedJson> {
    return this.lifecycle.run(({ presence }) => presence.membersAsJson(known))
  }

  async unwritten(userId: string, bounds: OwnBounds): Promise<StoredMessage[]> {
    return this.lifecycle.run(({ messages, outbox }) =>
      messages.changesOfUser(userId, outbox.flushedSeq, bounds),
    )
  }

  // ------------------------------------------------------------------------------------ access

  async admits(caller: Caller): Promise<Outcome<null>> {
    const refusal = this.lifecycle.run(({ access }) => access.refusal(caller))
    return refusal ? { ok: false, refusal } : done
  }

  async revoke(sessionIds: string[]): Promise<void> {
    this.lifecycle.run(({ accessControl }) => accessControl.revoke(sessionIds))
  }

  async bar(userId: string): Promise<void> {
    this.lifecycle.run(({ accessControl }) => accessControl.ban(userId))
  }

  async unbar(userId: string): Promise<void> {
    this.lifecycle.run(({ revocations }) => revocations.unban(userId))
  }

  async erase(userId: string, mode: ErasureMode): Promise<void> {
    this.lifecycle.run(({ accessControl }) => accessControl.erase(userId, mode))
  }

  // -------------------------------------------------------------------------------- moderation

  async settings(): Promise<Room> {
    return this.lifecycle.run(({ roomSettings }) => roomSettings.current)
  }

  async standing(userId: string): Promise<Standing> {
    return this.lifecycle.run(({ roomSettings, restrictions, clock }) => ({
      role: roleOf(roomSettings.current.staff, userId),
      restrictions: restrictions.ofPerson(userId, clock.wall()),
    }))
  }

  async moderate(
    caller: Caller | null,
    call: ModerationCall,
  ): Promise<Outcome<ModerationAnswer<ModerationKind>>> {
    return this.lifecycle.run(({ moderationHandler }) => moderationHandler.handle(caller, call))
  }

  async reportMessage(
    caller: Caller,
    messageId: string,
    reason: string | null,
  ): Promise<Outcome<null>> {
    return this.lifecycle.run(({ moderationHandler }) =>
      moderationHandler.report(caller, messageId, reason),
    )
  }

  // -------------------------------------------------------------------------- calls of the operator

  async state(): Promise<RoomState> {
    const { closed } = this.lifecycle
    if (!this.lifecycle.tryOpen() && closed !== null) return closedState(closed)
    return this.lifecycle.run(({ operator }) => operator.state())
  }

  async report(): Promise<RoomReport> {
    return this.lifecycle.run(({ operator }) => operator.report())
  }

  async removeAny(id: string): Promise<Outcome<null>> {
    const changed = await this.lifecycle.run(({ messageCalls }) =>
      messageCalls.removeByOperator(id),
    )
    return changed.ok ? done : changed
  }

  async setAside(): Promise<DeadLetter[]> {
    return this.lifecycle.run(({ operator }) => operator.listDeadLetters())
  }

  async retrySetAside(): Promise<void> {
    this.lifecycle.run(({ operator }) => operator.retryDeadLetters())
  }

  async flushNow(): Promise<Outcome<RoomReport>> {
    return this.lifecycle.run(({ operator }) => operator.flushNow())
  }

  async rearchive(): Promise<Outcome<Rearchive>> {
    return this.lifecycle.run(({ rearchive }) => rearchive.begin())
  }

  async recomputePresence(): Promise<void> {
    this.lifecycle.run(({ operator }) => operator.recomputePresence())
  }

  async sendAway(withinMs: number): Promise<void> {
    this.lifecycle.run(({ drain }) => drain.begin(withinMs))
  }

  async seal(): Promise<Outcome<null>> {
    return this.lifecycle.seal()
  }
}
