// Where messages are written, and the quiet line above it: who is typing, and why something waits.

import type { ChatState } from '../client/state.ts'
import { iconButton, make, nameOf, setAttribute, setText } from './dom.ts'
import { isComposing } from './keys.ts'
import { codePointsOf } from './shape.ts'
import { fitHeight } from './text-height.ts'
import { onPageClock } from './times.ts'
import { lengthText, pauseText, typingPhrase } from './words.ts'

export type ComposerParts = {
  draft: string
  send: (content: string) => void
  typing: () => void
  drafted: (text: string) => void
  /** The field is empty, and the person wants to change what they said last. */
  editLast: () => void
  signal: AbortSignal
}

type Shown = Pick<ChatState, 'typing' | 'messages' | 'sendPausedUntil' | 'maxContent'>

const tickMs = 250

export function openComposer({ draft, send, typing, drafted, editLast, signal }: ComposerParts) {
  const field = make('textarea', {
    id: 'message',
    rows: 1,
    dir: 'auto',
    placeholder: 'Write to everyone',
    enterkeyhint: 'send',
    autocomplete: 'off',
    'aria-describedby': 'message-left',
  })
  field.value = draft
  const button = iconButton('send', 'Send', { type: 'submit', class: 'send' })
  const typists = make('div', { class: 'typists' })
  const pause = make('span', { class: 'pause', hidden: true })
  const left = make('span', { class: 'left', id: 'message-left' })
  const element = make(
    'form',
    { class: 'composer', 'aria-label': 'New message' },
    make('div', { class: 'beside' }, typists, pause),
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
    const length = codePointsOf(field.value.trim())
    const text = lengthText(length, shown.maxContent)
    setText(left, text ?? '')
    setAttribute(element, 'data-length', length > shown.maxContent ? 'too-long' : null)
    button.disabled = length === 0 || length > shown.maxContent
  }
  const submit = () => {
    weigh()
    if (button.disabled) return
    send(field.value)
    field.value = ''
    drafted('')
    weigh()
    field.focus()
  }
  const count = () => {
    const waiting = shown.messages.filter(({ state }) => state === 'sending').length
    const text = pauseText(pausedUntil, waiting, performance.now())
    pause.hidden = text === null
    setText(pause, text ?? '')
  }

  field.addEventListener('input', () => {
    weigh()
    drafted(field.value)
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
    update(state: Shown): void {
      if (state.typing !== shown.typing) typists.replaceChildren(...typistsShown(state.typing))
      if (state.sendPausedUntil !== shown.sendPausedUntil)
        pausedUntil = onPageClock(state.sendPausedUntil)
      shown = state
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
