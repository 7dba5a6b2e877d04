// Where messages are written, and the quiet line above it: who is typing, and why something waits.

import type { ChatState } from '../client/state.ts'
import { isVisible } from '../contract/visible.ts'
import { iconButton, make, nameOf, setText } from './dom.ts'
import type { Draft } from './draft.ts'
import { limitInsertions } from './insertions.ts'
import { isComposing } from './keys.ts'
import { showLength } from './length.ts'
import { pendingOf } from './pending.ts'
import { codePointsOf, isLighter } from './shape.ts'
import { fieldMax, fitHeight } from './text-height.ts'
import { onPageClock } from './times.ts'
import { notInserted, pauseText, typingPhrase } from './words.ts'

export type ComposerParts = {
  draft: Draft
  send: (content: string) => void
  typing: () => void
  /** The field is empty, and the person wants to change what they said last. */
  editLast: () => void
  signal: AbortSignal
}

type Shown = Pick<ChatState, 'typing' | 'messages' | 'sendPausedUntil' | 'maxContent'>

const tickMs = 250

export function openComposer({ draft, send, typing, editLast, signal }: ComposerParts) {
  const field = make('textarea', {
    id: 'message',
    rows: 1,
    dir: 'auto',
    placeholder: 'Write to everyone',
    enterkeyhint: 'send',
    autocomplete: 'off',
    'aria-describedby': 'message-left',
  })
  const kept = draft.read()
  if (isLighter(kept, fieldMax)) field.value = kept
  const button = iconButton('send', 'Send', { type: 'submit', class: 'send' })
  const typists = make('div', { class: 'typists' })
  const pause = make('span', { class: 'pause', hidden: true })
  const left = make('span', { class: 'left', id: 'message-left' })
  const refusal = make('p', { class: 'refusal', role: 'alert', hidden: true })
  const element = make(
    'form',
    { class: 'composer', 'aria-label': 'New message' },
    make('div', { class: 'beside' }, typists, pause),
    refusal,
    make(
      'div',
      { class: 'field' },
      make('label', { for: 'message', class: 'unseen' }, 'Message'),
      field,
      left,
      button,
    ),
  )
  let shown: Shown = { typing: [], messages: [], sendPausedUntil: null, maxContent: 2000 }
  let pausedUntil: number | null = null

  const weigh = () => {
    fitHeight(field)
    const isTooLong = showLength({ field, left, form: element }, shown.maxContent)
    button.disabled = isTooLong || !isVisible(field.value)
  }
  const write = (text: string) => {
    field.value = text
    field.dispatchEvent(new Event('input'))
  }
  const refuse = (characters: number) => {
    refusal.hidden = false
    setText(refusal, notInserted(characters, shown.maxContent))
  }
  const submit = () => {
    weigh()
    if (button.disabled) return
    send(field.value)
    write('')
    field.focus()
  }
  const count = () => {
    const paused = pausedUntil === null ? [] : pendingOf(shown.messages)
    const waiting = paused.filter(({ state }) => state === 'sending').length
    const text = pauseText(pausedUntil, waiting, performance.now())
    pause.hidden = text === null
    setText(pause, text ?? '')
  }

  limitInsertions({ field, max: fieldMax, refused: refuse })
  field.addEventListener('input', () => {
    refusal.hidden = true
    weigh()
    draft.write(field.value)
    if (field.value !== '') typing()
  })
  field.addEventListener('keydown', (event) => {
    if (isComposing(event)) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      submit()
    }
    if (event.key === 'ArrowUp' && field.value === '') {
      event.preventDefault()
      editLast()
    }
  })
  element.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  const ticking = setInterval(count, tickMs)
  signal.addEventListener('abort', () => clearInterval(ticking))
  queueMicrotask(weigh)

  return {
    element,
    focus: () => field.focus(),
    /** Takes a text back that was not sent, above what is being written. */
    rewrite(content: string): boolean {
      const both = [content, field.value].filter((text) => text !== '').join('\n')
      if (!isLighter(both, fieldMax)) {
        refuse(codePointsOf(both))
        return false
      }
      write(both)
      field.focus()
      field.setSelectionRange(content.length, content.length)
      return true
    },
    update(state: Shown): void {
      if (state.typing !== shown.typing) typists.replaceChildren(...typistsShown(state.typing))
      if (state.sendPausedUntil !== shown.sendPausedUntil)
        pausedUntil = onPageClock(state.sendPausedUntil)
      const { maxContent } = shown
      shown = state
      if (state.maxContent !== maxContent) weigh()
      count()
    },
  }
}

function typistsShown(people: Shown['typing']): Node[] {
  const phrase = typingPhrase(people.map(({ username }) => username))
  if (!phrase) return []
  const dots = make(
    'span',
    { class: 'dots', 'aria-hidden': 'true' },
    make('i'),
    make('i'),
    make('i'),
  )
  const [one, two] = phrase.names.map(nameOf)
  const names = [one, one && two ? ' and ' : null, two].filter((part) => part != null)
  const words = make('span', { class: 'words' }, ...names, `${one ? ' ' : ''}${phrase.rest}`)
  return [dots, words]
}
