// Sentences that say why something was not sent, saved or done, and what the user can do.

import { ChatProblem, problemOf } from '../../client/problem.ts'
import type { PendingMessage } from '../../client/state.ts'
import { isVisible } from '../../contract/visible.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
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
      return { text: strings.notSentTheMessageWaitedTooLong, remedy: 'retry' }
    case 'not_found':
      return { text: strings.notSentTheMessageThatItReplies, remedy: 'rewrite' }
    // A retry has a new id.
    case 'client_id_reused':
      return { text: strings.notSentSomethingWentWrongOnThe, remedy: 'retry' }
    case 'muted':
      return { text: strings.notSentYouAreMuted, remedy: 'retry' }
    case 'banned':
      return { text: strings.notSentYouAreBannedFromThis, remedy: 'retry' }
    // The same text would be refused again.
    case 'content_refused':
      return { text: fill(strings.notSentMessage, { message: problem.message }), remedy: 'rewrite' }
    case 'too_large':
      return { text: strings.notSentTheTextIsTooLong, remedy: 'rewrite' }
    case 'invalid':
      return {
        text: fill(strings.notSentFault, { fault: textFault(content, problem) }),
        remedy: 'rewrite',
      }
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
      return fill(strings.theServiceDidNotAnswerPerhapsThe, { done })
    case 'not_found':
      return fill(strings.notDoneTheMessageWasAlreadyDeleted, { done })
    case 'muted':
      return fill(strings.notDoneYouAreMuted, { done })
    case 'invalid':
      if (content !== null)
        return fill(strings.notDoneFault, { done, fault: textFault(content, thrown) })
  }
  return fill(strings.notDoneReason, { done, reason: moderationFailure(thrown) })
}

/** Why a message cannot be shown. */
export function jumpFailure(thrown: unknown): string {
  const { code, message } = problemOf(thrown)
  if (code === 'not_found') return strings.noSuchMessage
  if (code === 'network') return strings.theServiceDidNotAnswerSoThe
  return message
}

/** Why a call of moderation was refused. The service's own sentence is used where it says more. */
export function moderationFailure(thrown: unknown): string {
  const { code, message, retryAfterMs, errors } = problemOf(thrown)
  switch (code) {
    case 'network':
      return strings.theServiceDidNotAnswerPerhapsIt
    case 'muted':
      return strings.youAreMuted
    case 'banned':
      return strings.youAreBannedSentence
    case 'outdated':
      return strings.thisHasChangedSinceYouReadIt
    case 'invalid':
      return Object.values(errors ?? {})[0] ?? message
  }
  if (retryAfterMs === undefined) return message
  return fill(strings.messageYouCanTryAgainInDuration, {
    message,
    duration: formatDuration(Math.ceil(retryAfterMs / 1000)),
  })
}

function textFault(content: string, { message, errors }: ChatProblem): string {
  if (!isVisible(content)) return strings.theTextHasNoVisibleCharacters
  if (content.includes('\0') || !content.isWellFormed())
    return strings.theTextHasABrokenCharacterType
  const fault = errors?.content ?? message.replace(/^content: /, '')
  return `the text ${fault.charAt(0).toLowerCase()}${fault.slice(1)}`
}
