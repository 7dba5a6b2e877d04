// The list of messages. A row is made again only where its message has changed.

import type { ChatClient } from '../client/chat-client.ts'
import type { ChatMessage, SentMessage } from '../client/state.ts'
import { make, setChildren } from '../web/elements/dom.ts'
import { linkedText } from '../web/elements/linked-text.ts'
import { splitLinks } from '../web/text/links.ts'
import { strings } from './strings.ts'

type Row = { message: ChatMessage; node: HTMLElement }

/** Below this distance from the end, new messages are followed. */
const endPixels = 40

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })

function pendingPart(message: ChatMessage, chat: ChatClient): Node[] {
  if (message.state === 'sending') return [make('small', { class: 'state' }, strings.sending)]
  if (message.state === 'sent') return []
  const button = (label: string, onClick: () => void) => {
    const element = make('button', { type: 'button', class: 'plain' }, label)
    element.addEventListener('click', onClick)
    return element
  }
  return [
    make('p', { class: 'problem', role: 'alert' }, message.problem?.message ?? ''),
    button(strings.retry, () => void chat.retry(message.key).catch(() => {})),
    button(strings.discard, () => chat.discard(message.key)),
  ]
}

/** null: nobody has reacted. */
function reactionsPart({ reactions }: SentMessage): HTMLElement | null {
  const counts = Object.entries(reactions?.counts ?? {})
  if (counts.length === 0) return null
  return make('small', { class: 'reactions' }, counts.map((count) => count.join(' ')).join('  '))
}

function rowOf(message: ChatMessage, chat: ChatClient): HTMLElement {
  const sentAt = new Date(message.created_at)
  const time = make(
    'time',
    { datetime: message.created_at, title: full.format(sentAt) },
    clock.format(sentAt),
  )
  return make(
    'li',
    { class: message.state },
    make('p', { class: 'by' }, make('bdi', {}, message.username), ' ', time),
    make('p', { class: 'text', dir: 'auto' }, ...linkedText(splitLinks(message.content))),
    message.state === 'sent' ? reactionsPart(message) : null,
    ...pendingPart(message, chat),
  )
}

export function createMessageList(chat: ChatClient) {
  let rows: ReadonlyMap<string, Row> = new Map()
  const list = make('ol')
  const older = make('button', { type: 'button', class: 'plain older' }, strings.older)
  const empty = make('p', { class: 'empty' }, strings.empty)
  const node = make(
    'div',
    { class: 'messages', role: 'log', 'aria-label': strings.messages, tabindex: 0 },
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
    const drawn = messages.map((message) => {
      const row = rows.get(message.key)
      return row?.message === message ? row : { message, node: rowOf(message, chat) }
    })
    rows = new Map(drawn.map((row) => [row.message.key, row]))
    setChildren(list, ...drawn.map(({ node }) => node))
    older.hidden = !hasOlder
    older.disabled = loadingOlder
    empty.hidden = !loaded || messages.length > 0
    if (isAtEnd) node.scrollTop = node.scrollHeight
  }

  return { node, draw }
}
