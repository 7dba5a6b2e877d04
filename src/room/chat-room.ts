// The room's Durable Object: the calls of the Worker; those of the operator are in operated-room.ts. It
// only dispatches, and its components hold the rules. Sending a message must need nothing but the room's
// own storage.

import type { Member, Message } from '../contract/entities.ts'
import type { Room } from '../contract/moderation.ts'
import type { ReactionSet } from '../contract/reactions.ts'
import type { ErasureMode } from '../contract/values.ts'
import type { IdsAfter, MessageVersion, Overlay, RoomShare, Unflushed } from '../domain/history.ts'
import type { StoredMessage } from '../domain/message.ts'
import type {
  ModerationAnswer,
  ModerationCall,
  ModerationKind,
} from '../domain/moderation-calls.ts'
import type { OwnBounds } from '../domain/own-messages.ts'
import type { MessageRange, OwnInRoom, ReactionSetOf, WhoBounds } from '../domain/reactions.ts'
import type { RoomMarker } from '../domain/read-marker.ts'
import { roleOf } from '../domain/roles.ts'
import type { Caller } from '../domain/session.ts'
import { OperatedRoom } from './operated-room.ts'
import type {
  NewMessage,
  Outcome,
  RoomCalls,
  RoomReadState,
  SentMessage,
  Standing,
  TaggedJson,
  UnflushedQuery,
} from './rpc.ts'

const done: Outcome<null> = { ok: true, value: null }

export class BaseChatRoom extends OperatedRoom implements RoomCalls {
  // -------------------------------------------------------------------------- calls of members

  async send(author: Caller, content: string, clientId: string): Promise<Outcome<SentMessage>> {
    return this.sendMessage(author, { content, clientId, references: null })
  }

  async sendMessage(author: Caller, message: NewMessage): Promise<Outcome<SentMessage>> {
    return this.lifecycle.run(({ messageCalls }) => messageCalls.send(author, message))
  }

  async edit(author: Caller, id: string, content: string): Promise<Outcome<Message>> {
    return this.lifecycle.run(async ({ messageCalls, messages }) => {
      const changed = await messageCalls.edit(author, id, content)
      return changed.ok ? { ok: true, value: messages.toWire(changed.value) } : changed
    })
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

  async historyPage(
    before: string | null,
    limit: number,
    known: string | null,
    caller: Caller | null = null,
  ): Promise<TaggedJson | RoomShare> {
    return this.lifecycle.run(({ pageCache, access }) => {
      const userId = caller && !access.refusal(caller) ? caller.member.id : null
      return pageCache.read(before, limit, { knownTag: known, userId })
    })
  }

  async page(...asked: Parameters<RoomCalls['page']>): Promise<TaggedJson | RoomShare> {
    return this.historyPage(...asked)
  }

  async idsAfter(id: string, count: number): Promise<IdsAfter> {
    return this.lifecycle.run(({ log, messages, outbox }) =>
      messages.idsAfter(id, count, { session: log.position, flushedSeq: outbox.flushedSeq }),
    )
  }

  async overlay(shown: MessageVersion[]): Promise<Overlay> {
    return this.lifecycle.run(({ messages }) => messages.overlay(shown))
  }

  async react(
    caller: Caller,
    messageId: string,
    reactions: string[],
  ): Promise<Outcome<ReactionSet>> {
    return this.lifecycle.run(({ reactionCalls }) =>
      reactionCalls.react(caller, messageId, reactions),
    )
  }

  async ownReactions(
    of: Caller | string,
    wanted: string[] | MessageRange,
  ): Promise<Outcome<OwnInRoom>> {
    return this.lifecycle.run(({ reactionReads }) => reactionReads.own(of, wanted))
  }

  async whoReacted(messageId: string, bounds: WhoBounds): Promise<ReactionSetOf[] | null> {
    return this.lifecycle.run(({ reactionReads }) => reactionReads.who(messageId, bounds))
  }

  async markRead(caller: Caller, messageId: string): Promise<Outcome<RoomMarker>> {
    return this.lifecycle.run(({ readCalls }) => readCalls.mark(caller, messageId))
  }

  async readState(caller: Caller, archivedId: string | null): Promise<Outcome<RoomReadState>> {
    return this.lifecycle.run(({ readCalls }) => readCalls.state(caller, archivedId))
  }

  async lastRead(userId: string): Promise<string | null> {
    return this.lifecycle.run(({ readMarkers }) => readMarkers.of(userId))
  }

  async unflushed(caller: Caller, query: UnflushedQuery): Promise<Outcome<Unflushed>> {
    return this.lifecycle.run(({ unflushedReads }) => unflushedReads.read(caller, query))
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
}
