// Runs the calls that send, edit and delete messages: fetches from the archive what a command needs,
// and then has the command applied.

import type { Member } from '../../contract/entities.ts'
import {
  type Change,
  compose,
  deleted,
  edited,
  type StoredMessage,
  tombstone,
} from '../../domain/message.ts'
import { isSameReferences } from '../../domain/references.ts'
import type { Caller } from '../../domain/session.ts'
import type { Access } from '../access/access.ts'
import type { Notice } from '../broadcast/notices.ts'
import type { ExpiryFloor } from '../log/expiry-floor.ts'
import type { EarlierTry } from '../log/idempotency-keys.ts'
import type { AuditLog } from '../log/private/audit-log.ts'
import { audit } from '../moderation/audit.ts'
import { type Moderator, moderatorOf } from '../moderation/moderator.ts'
import type { NewMessage, Outcome, SentMessage } from '../rpc.ts'
import { accepted, refused } from '../sequencer/command.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import { type ChangeRequest, type ChangeState, changeMessage } from './change.ts'
import type { EarlierSends } from './earlier-sends.ts'
import type { MessageLoader } from './message-loader.ts'
import { type SendState, sendMessage } from './send.ts'

type Uses = SendState &
  ChangeState & {
    access: Access
    auditLog: AuditLog
    sequencer: Sequencer
    messageLoader: MessageLoader
    expiryFloor: ExpiryFloor
    earlierSends: EarlierSends
    /** Applies first what was chosen before for the same message, or by the same person. */
    reactionCalls: { applyBefore(of: { userId?: string; messageId?: string }): void }
  }

type Rule = ChangeRequest['rule']

export class MessageCalls {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** A repeated call with the same `clientId` returns the first one's message as it is now. */
  async send(
    by: Caller,
    { content, clientId, references }: NewMessage,
  ): Promise<Outcome<SentMessage>> {
    const { clock, sequencer, access, earlierSends, messages, reactionCalls } = this.#uses
    const arrivedAt = clock.now()
    const lookup = earlierSends.find(by.member.id, clientId)
    const found = lookup ? await lookup : accepted(undefined).outcome
    if (!found.ok) return found
    const request = {
      ...{ author: by.member, content, clientId, references, arrivedAt },
      archivedId: found.value,
    }
    reactionCalls.applyBefore({ userId: by.member.id })
    const outcome = sequencer.now(() => {
      const refusal = access.refusal(by)
      return refusal ? refused(refusal) : sendMessage(this.#uses, request)()
    })
    if (!outcome.ok) return outcome
    const result = outcome.value
    if (result.kind === 'sent')
      return { ok: true, value: { message: messages.toWire(result.message), fresh: true } }
    const earlier = await this.loadEarlier(result.earlier, by.member)
    if (!earlier.ok) return earlier
    return { ok: true, value: { message: messages.toWire(earlier.value), fresh: false } }
  }

  /** Returns the message that an earlier request created, in its current state. */
  async loadEarlier(
    { clientId, messageId, content, references }: EarlierTry,
    author: Member,
  ): Promise<Outcome<StoredMessage>> {
    const { messages } = this.#uses
    const archived = await this.#loadIfPruned(messageId)
    if (!archived.ok) return archived
    const found = messages.current(messageId, archived.value)
    const lost = { ...compose(author, '', { id: messageId, clientId }), is_deleted: true }
    const message = found ?? lost
    // The first text of an edited or deleted message is not kept, so it cannot be compared.
    const isAsSent = message.revision === 1 && !message.is_deleted
    const isSameMessage =
      message.content === content && isSameReferences(message.references, references)
    if (isAsSent && !isSameMessage) return { ok: false, refusal: { code: 'client_id_reused' } }
    return { ok: true, value: { ...message, client_id: clientId } }
  }

  edit(by: Caller, id: string, content: string): Promise<Outcome<StoredMessage>> {
    const { clock, postingRules } = this.#uses
    const { member } = by
    return this.#changeAs(by, id, (current) => {
      const change = edited(current, member, content, clock.wall())
      if (change.kind !== 'changed') return change
      const refusal =
        postingRules.refusalOfWriting(member) ?? postingRules.refusalOfText(member, content)
      return refusal ? { kind: 'refused', refusal } : change
    })
  }

  remove(by: Caller, id: string): Promise<Outcome<StoredMessage>> {
    const { clock, roomSettings } = this.#uses
    return this.#changeAs(
      by,
      id,
      (current) => {
        const { staff } = roomSettings.current
        return deleted(current, { by: by.member, staff, now: clock.wall() })
      },
      (before) => this.#auditDeletion(moderatorOf(by), before),
    )
  }

  /** Deletes anyone's message for the operator, without a rate limit. */
  removeByOperator(id: string): Promise<Outcome<StoredMessage>> {
    return this.#change({
      messageId: id,
      rule: (current) => tombstone(current, this.#uses.clock.wall()),
      charged: null,
      onChanged: (before) => this.#auditDeletion(moderatorOf(null), before),
    })
  }

  /** A deletion by the author is not moderation. */
  #auditDeletion(by: Moderator, { id, user_id, username }: StoredMessage): Notice[] {
    if (by.member?.id === user_id) return []
    const target = { id: user_id, username }
    return [audit(this.#uses, by, { action: 'delete_message', target, messageId: id })]
  }

  async #changeAs(
    by: Caller,
    messageId: string,
    rule: Rule,
    onChanged: ChangeRequest['onChanged'] = () => [],
  ): Promise<Outcome<StoredMessage>> {
    const { clock, broadcaster, rateLimits, access } = this.#uses
    const userId = by.member.id
    const at = clock.now()
    const refusal =
      access.refusal(by) ?? rateLimits.chargeChange(userId, at, broadcaster.loadBy(userId))
    if (refusal) return { ok: false, refusal }
    const ruleForCaller = (current: StoredMessage | undefined): Change => {
      // The caller may have been banned or logged out while the message was fetched.
      const refusal = access.refusal(by)
      return refusal ? { kind: 'refused', refusal } : rule(current)
    }
    return this.#change({ messageId, rule: ruleForCaller, charged: { userId, at }, onChanged })
  }

  async #change(request: Omit<ChangeRequest, 'archived'>): Promise<Outcome<StoredMessage>> {
    const { messageId } = request
    // Its row may still be there, but is deleted soon.
    if (this.#uses.expiryFloor.isExpired(messageId))
      return { ok: false, refusal: { code: 'not_found' } }
    const archived = await this.#loadIfPruned(messageId)
    if (!archived.ok) return archived
    const command = changeMessage(this.#uses, { ...request, archived: archived.value })
    const userId = request.charged?.userId
    this.#uses.reactionCalls.applyBefore({ messageId, ...(userId !== undefined && { userId }) })
    return this.#uses.sequencer.now(command)
  }

  async #loadIfPruned(id: string): Promise<Outcome<StoredMessage | undefined>> {
    const { messages, messageLoader } = this.#uses
    return messages.find(id) ? { ok: true, value: undefined } : messageLoader.load(id)
  }
}
