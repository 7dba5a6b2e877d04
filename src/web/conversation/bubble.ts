// The bubble of one message: its formatted text, the time, and whether it was sent or edited.

import { icon, make, memoizeLast, setAttribute, setChildren } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { messageBlocks } from '../text/message-format.ts'
import { isFewEmoji, needsFolding } from '../text/text-shape.ts'
import { formatFullTime, formatTime } from '../text/times.ts'
import { messageText } from './message-text.ts'
import { quoteElement } from './quote.ts'
import type { Row } from './rows.ts'

/** @param charactersPerLine how many usual characters fit into one line */
export function createBubble(charactersPerLine: () => number): (row: Row) => HTMLElement {
  const meta = make('span', { class: 'meta' })
  const text = make('div', { dir: 'auto' })
  const element = make('div', { class: 'bubble' })
  const quote = memoizeLast(quoteElement)
  const mark = memoizeLast(mentionMark)
  // Decided once for each text, so that a change of the width folds no text while it is read.
  const isTall = memoizeLast((words: string) => needsFolding(words, charactersPerLine()))
  const content = memoizeLast(contentElement)
  const unfold = memoizeLast(unfoldButton)
  const edited = memoizeLast(editedElement)
  const timestamp = memoizeLast(timeElement)
  const stateIcon = memoizeLast(stateElement)

  return ({ message, time, own, rowState, mentionNames, mentionsUser }) => {
    const { content: words, created_at, updated_at, state } = message
    const folded = isTall(words) && !rowState.unfolded
    const classes = ['text', isFewEmoji(words) && 'large', folded && 'folded'].filter(Boolean)
    setAttribute(text, 'class', classes.join(' '))
    setChildren(
      meta,
      updated_at === null ? null : edited(formatFullTime(Date.parse(updated_at))),
      timestamp(created_at, formatFullTime(time), formatTime(time)),
      own ? stateIcon(state) : null,
    )
    setChildren(element, mark(mentionsUser), quote(message.reply_to, message.referenced), text)
    setChildren(text, content(words, mentionNames), folded ? unfold() : null, meta)
    return element
  }
}

/** @param names of mentioned people, in lines */
function contentElement(words: string, names: string): HTMLElement {
  const mentioned = names === '' ? [] : names.split('\n')
  return make('div', { class: 'content' }, ...messageText(messageBlocks(words, mentioned)))
}

const mentionMark = (mentionsUser: boolean): HTMLElement | null =>
  mentionsUser ? make('span', { class: 'visually-hidden' }, strings.mentionsYouBeforeText) : null

const unfoldButton = (): HTMLElement =>
  make('button', { type: 'button', class: 'plain', 'data-action': 'unfold' }, strings.showAll)

const editedElement = (fullTime: string): HTMLElement =>
  make('span', { title: fullTime, dir: 'auto' }, strings.edited)

const timeElement = (datetime: string, fullTime: string, time: string): HTMLElement =>
  make('time', { datetime, title: fullTime, dir: 'auto' }, time)

const stateTexts = {
  sending: strings.notSentYet,
  sent: strings.sent,
  failed: strings.notSent,
} as const

function stateElement(state: keyof typeof stateTexts): HTMLElement {
  return make(
    'span',
    { class: `state ${state}` },
    icon(state === 'sending' ? 'clock' : state),
    make('span', { class: 'visually-hidden' }, stateTexts[state]),
  )
}
