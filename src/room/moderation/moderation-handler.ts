// Handles what moderators and the operator ask for: it checks the permission, reads from the archive what
// the room does not know, and applies one command, which checks the permission again.

import type { Member } from '../../contract/entities.ts'
import type { Refusal } from '../../contract/problems.ts'
import type { StoredMessage } from '../../domain/message.ts'
import type {
  ModerationAnswer,
  ModerationCall,
  ModerationKind,
} from '../../domain/moderation-calls.ts'
import type { Caller } from '../../domain/session.ts'
import type { Access } from '../access/access.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Erasures } from '../log/erasures/erasures.ts'
import type { ExpiryFloor } from '../log/expiry-floor.ts'
import type { ReactionTotals } from '../log/reactions/reaction-totals.ts'
import type { MessageLoader } from '../messages/message-loader.ts'
import type { JoinLeave } from '../presence/join-leave.ts'
import type { Outcome } from '../rpc.ts'
import { accepted, type Command, refused } from '../sequencer/command.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import { changeRoom, pinMessage, setRole, unpinMessage } from './change-room.ts'
import { type WordState, writeWords } from './change-words.ts'
import { type MemberLookup, noAccount } from './member-lookup.ts'
import { type ModerationReads, moderationReads } from './moderation-reads.ts'
import {
  type Moderator,
  moderatorOf,
  refusalOfRole,
  refusalOfStaff,
  refusalOfTarget,
} from './moderator.ts'
import { type PurgeState, purgeMessages } from './purge.ts'
import { closeReport, fileReport, type ReportState } from './report.ts'
import {
  endRestriction,
  type RestrictionKind,
  type RestrictionState,
  restrict,
} from './restrict.ts'

type Uses = PurgeState &
  RestrictionState &
  ReportState &
  WordState & {
    access: Access
    reactionTotals: ReactionTotals
    rateLimits: Pick<RateLimits, 'chargeModeration' | 'chargeLookup'>
    erasures: Pick<Erasures, 'find'>
    expiryFloor: ExpiryFloor
    sequencer: Sequencer
    joinLeave: Pick<JoinLeave, 'disconnectUser'>
    messageLoader: Pick<MessageLoader, 'load'>
    memberLookup: MemberLookup
    /** Applies first the reactions that came before. */
    reactionCalls: { applyAll(): void }
  }

type Handlers = {
  [K in ModerationKind]: (
    by: Moderator,
    call: ModerationCall<K>,
  ) => Outcome<ModerationAnswer<K>> | Promise<Outcome<ModerationAnswer<K>>>
}

export class ModerationHandler {
  readonly #uses: Uses
  readonly #handlers: Handlers

  constructor(uses: Uses) {
    this.#uses = uses
    this.#handlers = { ...moderationReads(uses), ...this.#changes() }
  }

  /** @param caller null: the operator */
  async handle<K extends ModerationKind>(
    caller: Caller | null,
    call: ModerationCall & { kind: K },
  ): Promise<Outcome<ModerationAnswer<K>>> {
    const by = moderatorOf(caller)
    const refusal = this.#refusal(by, call) ?? this.#charge(caller)
    if (refusal) return { ok: false, refusal }
    // The kind chose the handler, so the two match.
    return this.#handlers[call.kind as K](by, call as ModerationCall<K>)
  }

  /** A member reports a message. */
  async report(caller: Caller, messageId: string, reason: string | null): Promise<Outcome<null>> {
    const { access, clock, rateLimits, reports, sequencer } = this.#uses
    const { id } = caller.member
    const refusal = access.refusal(caller) ?? rateLimits.chargeLookup(id, clock.now())
    if (refusal) return { ok: false, refusal }
    if (reports.findOf(messageId, id)) return accepted(null).outcome
    const found = await this.#findMessage(messageId)
    if (!found.ok) return found
    return sequencer.now(() => {
      const refusal = access.refusal(caller)
      if (refusal) return refused(refusal)
      const message = this.#current(messageId, found.value)
      return fileReport(this.#uses, { reporter: caller.member, message, reason })()
    })
  }

  /** Asked when the call arrives, and again when its command is applied. */
  #refusal(by: Moderator, call: ModerationCall): Refusal | null {
    const { access } = this.#uses
    const refusal = (by.caller && access.refusal(by.caller)) ?? refusalOfStaff(this.#uses, by)
    if (refusal) return refusal
    if (call.kind === 'set_role') return refusalOfRole(this.#uses, by, call)
    return 'userId' in call ? refusalOfTarget(this.#uses, by, call.userId) : null
  }

  #charge(caller: Caller | null): Refusal | null {
    const { clock, rateLimits } = this.#uses
    return caller && rateLimits.chargeModeration(caller.member.id, clock.now())
  }

  #changes(): Omit<Handlers, keyof ModerationReads> {
    return {
      change_room: (by, call) => this.#apply(by, call, changeRoom(this.#uses, by, call.change)),
      pin: async (by, call) => {
        const found = await this.#findMessage(call.messageId)
        if (!found.ok) return found
        const pin = () => pinMessage(this.#uses, by, this.#current(call.messageId, found.value))()
        return this.#apply(by, call, pin)
      },
      unpin: (by, call) => this.#apply(by, call, unpinMessage(this.#uses, by, call.messageId)),
      set_role: (by, call) =>
        this.#applyTo(by, call, (target) => setRole(this.#uses, by, { target, role: call.role })),
      mute: (by, call) => this.#restrict(by, 'mute', call),
      ban: (by, call) => this.#restrict(by, 'ban', call),
      unmute: (by, call) => this.#endRestriction(by, 'mute', call),
      unban: (by, call) => this.#endRestriction(by, 'ban', call),
      purge: (by, call) =>
        this.#applyTo(by, call, (target) => {
          const { since, reason } = call
          return purgeMessages(this.#uses, by, { target, since, reason })
        }),
      write_words: (by, call) => this.#apply(by, call, writeWords(this.#uses, by, call)),
      close_report: async (by, call) => {
        const { id, status } = call
        const known = this.#uses.reports.find(id)
        const found = known
          ? await this.#findMessage(known.message_id)
          : accepted(undefined).outcome
        if (!found.ok) return found
        const close = () => {
          const message = known && this.#current(known.message_id, found.value)
          return closeReport(this.#uses, by, { id, status, message: message ?? null })()
        }
        return this.#apply(by, call, close)
      },
    }
  }

  /** The roles may have changed since the call arrived, and its caller may have been banned. */
  #apply<T>(by: Moderator, call: ModerationCall, command: Command<T>): Outcome<T> {
    this.#uses.reactionCalls.applyAll()
    return this.#uses.sequencer.now(() => {
      const refusal = this.#refusal(by, call)
      return refusal ? refused(refusal) : command()
    })
  }

  /** Applies a command to a person, who may have erased the account meanwhile. */
  async #applyTo<T>(
    by: Moderator,
    call: ModerationCall & { userId: string },
    commandFor: (target: Member) => Command<T>,
  ): Promise<Outcome<T>> {
    const { memberLookup, erasures } = this.#uses
    const found = await memberLookup.find(call.userId)
    if (!found.ok) return found
    return this.#apply(by, call, () =>
      erasures.find(call.userId) ? refused(noAccount) : commandFor(found.value)(),
    )
  }

  async #restrict(by: Moderator, kind: RestrictionKind, call: ModerationCall<'mute' | 'ban'>) {
    const { userId, until, reason } = call
    const outcome = await this.#applyTo(by, call, (target) =>
      restrict(this.#uses, by, { kind, target, restriction: { until, reason } }),
    )
    if (outcome.ok && outcome.value.ban) this.#uses.joinLeave.disconnectUser(userId)
    return outcome
  }

  #endRestriction(by: Moderator, kind: RestrictionKind, call: ModerationCall<'unmute' | 'unban'>) {
    return this.#applyTo(by, call, (target) => endRestriction(this.#uses, by, { kind, target }))
  }

  async #findMessage(id: string): Promise<Outcome<StoredMessage | undefined>> {
    const { messages, messageLoader, expiryFloor } = this.#uses
    // An expired message may still have its row.
    if (expiryFloor.isExpired(id)) return accepted(undefined).outcome
    return messages.find(id) ? accepted(undefined).outcome : messageLoader.load(id)
  }

  #current(id: string, archived: StoredMessage | undefined): StoredMessage | undefined {
    const { messages, expiryFloor } = this.#uses
    return expiryFloor.isExpired(id) ? undefined : messages.current(id, archived)
  }
}
