// Sentences that say why something was not sent, saved or done, and what the user can do.

import { ChatProblem, problemOf } from '../../client/problem.ts'
import type { PendingMessage } from '../../client/state.ts'
import { isVisible } from '../../contract/visible.ts'
import { formatDuration } from './times.ts'

export type SendFailure = {
  text: string
  /** `retry` sends the same text again; `rewrite` moves it back into the message field. */
  remedy: 'retry' | 'rewrite'
}

export function sendFailure({
  content,
  problem,
}: Pick<PendingMessage, 'content' | 'problem'>): SendFailure {
  switch (problem?.code) {
    case 'outdated':
      return { text: 'Not sent: the message waited too long.', remedy: 'retry' }
    case 'not_found':
      return { text: 'Not sent: the message that it replies to was deleted.', remedy: 'rewrite' }
    // A retry has a new id.
    case 'client_id_reused':
      return { text: 'Not sent: something went wrong on the way.', remedy: 'retry' }
    case 'muted':
      return { text: 'Not sent: you are muted.', remedy: 'retry' }
    case 'banned':
      return { text: 'Not sent: you are banned from this room.', remedy: 'retry' }
    // The same text would be refused again.
    case 'content_refused':
      return { text: `Not sent. ${problem.message}`, remedy: 'rewrite' }
    case 'too_large':
      return { text: 'Not sent: the text is too long.', remedy: 'rewrite' }
    case 'invalid':
      return { text: `Not sent: ${textFault(content, problem)}`, remedy: 'rewrite' }
    default:
      return { text: `Not sent. ${problem?.message ?? ''}`, remedy: 'retry' }
  }
}

/** @param content the text that was not saved; null for any other change */
export function changeFailure(
  done: 'saved' | 'deleted' | 'pinned' | 'unpinned',
  content: string | null,
  thrown: unknown,
): string {
  if (!(thrown instanceof ChatProblem))
    return `Not ${done}. ${thrown instanceof Error ? thrown.message : ''}`
  switch (thrown.code) {
    // The request may have arrived. Trying again does no harm.
    case 'network':
      return `The service did not answer: perhaps the message is not ${done}. Try again.`
    case 'not_found':
      return `Not ${done}: the message was already deleted.`
    case 'muted':
      return `Not ${done}: you are muted.`
    case 'invalid':
      if (content !== null) return `Not ${done}: ${textFault(content, thrown)}`
  }
  return `Not ${done}. ${moderationFailure(thrown)}`
}

export const noSuchMessage = 'There is no such message. It may have been deleted.'

/** Why a message cannot be shown. */
export function jumpFailure(thrown: unknown): string {
  const { code, message } = problemOf(thrown)
  if (code === 'not_found') return noSuchMessage
  if (code === 'network') return 'The service did not answer, so the message cannot be shown.'
  return message
}

/** Why a call of moderation was refused. The service's own sentence is used where it says more. */
export function moderationFailure(thrown: unknown): string {
  const { code, message, retryAfterMs, errors } = problemOf(thrown)
  switch (code) {
    case 'network':
      return 'The service did not answer: perhaps it is not done. Try again.'
    case 'muted':
      return 'You are muted.'
    case 'banned':
      return 'You are banned from this room.'
    case 'outdated':
      return 'This has changed since you read it. Read it again, and repeat your change.'
    case 'invalid':
      return Object.values(errors ?? {})[0] ?? message
  }
  if (retryAfterMs === undefined) return message
  return `${message} You can try again in ${formatDuration(Math.ceil(retryAfterMs / 1000))}.`
}

function textFault(content: string, { message, errors }: ChatProblem): string {
  if (!isVisible(content)) return 'the text has no visible characters.'
  if (content.includes('\0') || !content.isWellFormed())
    return 'the text has a broken character. Type it, or copy it again.'
  const fault = errors?.content ?? message.replace(/^content: /, '')
  return `the text ${fault.charAt(0).toLowerCase()}${fault.slice(1)}`
}
