// The list of messages. A row is made again only where its message has changed.

import type { ChatClient } from '../client/chat-client.ts'
import type { ChatMessage } from '../client/state.ts'
import { createNode, linkedText } from './create-node.ts'
import { strings } from './strings.ts'

type Row = { message: ChatMessage; node: HTMLElement }

/** Below this distance from the end, new messages are followed. */
const endPixels = 40

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })

function pendingPart(message: ChatMessage, chat: ChatClient): Node[] {
  if (message.state === 'sending')
    return [createNode('small', { className: 'state' }, strings.sending)]
  if (message.state === 'sent') return []
  const button = (label: string, onclick: () => void) =>
    createNode('button', { type: 'button', className: 'plain', onclick }, label)
  return [
    createNode('p', { className: 'problem', role: 'alert' }, message.problem?.message ?? ''),
    button(strings.retry, () => void chat.retry(message.key).catch(() => {})),
    button(strings.discard, () => chat.discard(message.key)),
  ]
}

function rowOf(message: ChatMessage, chat: ChatClient): HTMLElement {
  const sentAt = new Date(message.created_at)
  const time = createNode(
    'time',
    { dateTime: message.created_at, title: full.format(sentAt) },
    clock.format(sentAt),
  )
  return createNode(
    'li',
    { className: message.state },
    createNode('p', { className: 'by' }, createNode('bdi', {}, message.username), ' ', time),
    createNode('p', { className: 'text', dir: 'auto' }, ...linkedText(message.content)),
    ...pendingPart(message, chat),
  )
}

export function createMessageList(chat: ChatClient) {
  const rows = new Map<string, Row>()
  const list = createNode('ol')
  const older = createNode('button', { type: 'button', className: 'plain older' }, strings.older)
  const empty = createNode('p', { className: 'empty' }, strings.empty)
  const node = createNode(
    'div',
    { className: 'messages', role: 'log', 'aria-label': strings.messages, tabIndex: 0 },
    ...[older, empty, list],
  )

  older.addEventListener('click', async () => {
    // New rows above must not move what is read, nor be read aloud.
    node.setAttribute('aria-busy', 'true')
    const fromEnd = node.scrollHeight - node.scrollTop
    await chat.history().catch(() => {})
    draw()
    node.scrollTop = node.scrollHeight - fromEnd
    node.removeAttribute('aria-busy')
  })

  function draw(): void {
    const { messages, hasOlder, loadingOlder, loaded } = chat.state
    const isAtEnd = node.scrollHeight - node.scrollTop - node.clientHeight < endPixels
    const keys = new Set(messages.map(({ key }) => key))
    for (const [key, row] of rows)
      if (!keys.has(key)) {
        row.node.remove()
        rows.delete(key)
      }
    let next = list.firstChild
    for (const message of messages) {
      let row = rows.get(message.key)
      if (row?.message !== message) {
        const made = rowOf(message, chat)
        if (row && next === row.node) next = made
        row?.node.replaceWith(made)
        row = { message, node: made }
        rows.set(message.key, row)
      }
      if (row.node === next) next = next.nextSibling
      else list.insertBefore(row.node, next)
    }
    older.hidden = !hasOlder
    older.disabled = loadingOlder
    empty.hidden = !loaded || messages.length > 0
    if (isAtEnd) node.scrollTop = node.scrollHeight
  }

  return { node, draw }
}
