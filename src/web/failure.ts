// Why something was not sent, saved or deleted, in a sentence for a person, and what helps.

import { ChatProblem } from '../client/problem.ts'
import type { PendingMessage } from '../client/state.ts'
import { isVisible } from '../contract/visible.ts'

export type SendFailure = {
  text: string
  /** `retry` sends the same text again; `rewrite` takes it back into the composer. */
  remedy: 'retry' | 'rewrite'
}

export function sendFailure({
  content,
  problem,
}: Pick<PendingMessage, 'content' | 'problem'>): SendFailure {
  switch (problem?.code) {
    case 'outdated':
      return { text: 'Not sent: it waited for too long.', remedy: 'retry' }
    // A new try has another id.
    case 'client_id_reused':
      return { text: 'Not sent: something went wrong on the way.', remedy: 'retry' }
    case 'too_large':
      return { text: 'Not sent: it is too long.', remedy: 'rewrite' }
    case 'invalid':
      return { text: `Not sent: ${textFault(content, problem)}`, remedy: 'rewrite' }
    default:
      return { text: `Not sent. ${problem?.message ?? ''}`, remedy: 'retry' }
  }
}

/** @param content the text that was to be saved; null for a deletion */
export function changeFailure(
  done: 'saved' | 'deleted',
  content: string | null,
  thrown: unknown,
): string {
  if (!(thrown instanceof ChatProblem))
    return `Not ${done}. ${thrown instanceof Error ? thrown.message : ''}`
  switch (thrown.code) {
    // It may have arrived. Trying again does no harm.
    case 'network':
      return `There was no answer: perhaps it is not ${done}. Try again.`
    case 'not_found':
      return `Not ${done}: the message is deleted already.`
    case 'invalid':
      return `Not ${done}: ${textFault(content ?? '', thrown)}`
    default:
      return `Not ${done}. ${thrown.message}`
  }
}

function textFault(content: string, { message, errors }: ChatProblem): string {
  if (!isVisible(content)) return 'it holds nothing that can be seen.'
  if (content.includes('\0') || !content.isWellFormed())
    return 'it holds a broken character. Copy the text from elsewhere, or type it.'
  const fault = errors?.content ?? message.replace(/^content: /, '')
  return `it ${fault.charAt(0).toLowerCase()}${fault.slice(1)}`
}
