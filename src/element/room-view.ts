// The room of somebody who is logged in: connection state, messages, and the composer.

import type { ChatClient } from '../client/chat-client.ts'
import { make, setText } from '../web/elements/dom.ts'
import { createMessageList } from './message-list.ts'
import { strings } from './strings.ts'

function connectionText({ state }: ChatClient): string {
  const { status, stopped, problem, onlineCount, ban } = state
  if (status === 'online') return strings.online(onlineCount)
  if (status === 'reconnecting') return strings.reconnecting
  if (status !== 'stopped' || !stopped) return strings.connecting
  const reason = stopped === 'banned' ? ban?.reason : stopped === 'fault' ? problem?.message : null
  return [strings.stopped[stopped], reason].filter(Boolean).join(' ')
}

function noteText({ state }: ChatClient): string {
  const { mute, sendPausedUntil, typing } = state
  if (mute) return strings.muted(mute.reason)
  if (sendPausedUntil) return strings.paused
  return typing.length > 0 ? strings.typing(typing.map(({ username }) => username)) : ''
}

export function createRoomView(chat: ChatClient, onLogOut: () => void) {
  const status = make('p', { role: 'status', class: 'status' })
  const connect = make('button', { type: 'button', class: 'plain' }, strings.reconnect)
  const leave = make('button', { type: 'button', class: 'plain' }, strings.logOut)
  const list = createMessageList(chat)
  const note = make('p', { class: 'note', 'aria-live': 'polite' })
  const text = make('textarea', {
    'aria-label': strings.message,
    placeholder: strings.message,
    rows: 2,
    dir: 'auto',
  })
  const send = make('button', { class: 'primary' }, strings.send)
  const composer = make('form', { class: 'composer' }, text, send)
  const bar = make('div', { class: 'bar' }, status, connect, leave)
  const node = make('section', { class: 'room' }, bar, list.node, note, composer)

  connect.addEventListener('click', () => void chat.connect())
  leave.addEventListener('click', onLogOut)
  text.addEventListener('input', () => chat.typing())
  text.addEventListener('keydown', (event) => {
    // Enter also confirms a word of an input method, which must not send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    composer.requestSubmit()
  })
  composer.addEventListener('submit', (event) => {
    event.preventDefault()
    const content = text.value.trim()
    if (!content || chat.state.mute) return
    // Its entry in the list shows a refusal.
    void chat.send(content).catch(() => {})
    text.value = ''
    text.focus()
  })

  return {
    node,
    focus: () => text.focus(),
    draw(): void {
      const { status: now, mute } = chat.state
      node.dataset.status = now
      setText(status, connectionText(chat))
      setText(note, noteText(chat))
      connect.hidden = now !== 'stopped' && now !== 'reconnecting'
      send.disabled = mute !== null
      list.draw()
    },
  }
}
