// The room as the client knows it: messages, presence and moderation, built from pages and frames. Each
// message is emitted once, in order, whether it came live, in a replay, or with a reload of the list.

import type { MonotonicPlatform } from '../clock.ts'
import type { Frame, Message, Page, RoomEvents } from '../contract.ts'
import type { Emit } from '../emitter.ts'
import { ChatProblem } from '../problem.ts'
import type { ChatRest } from '../rest.ts'
import type { Sender } from '../sending/sender.ts'
import type { ChatMessage, ChatStatus } from '../state.ts'
import { createHistory } from './history.ts'
import { createMessageList } from './message-list.ts'
import { createModerationState } from './moderation-state.ts'
import { createPresence } from './presence.ts'

type List = readonly ChatMessage[]

type Uses = {
  platform: MonotonicPlatform
  rest: ChatRest
  sender: Sender
  pageSize: number
  emit: Emit
  /** To be called where `state` may have changed. */
  stateChanged: () => void
}

export function createRoomState({ platform, rest, sender, pageSize, emit, stateChanged }: Uses) {
  const messageList = createMessageList()
  const parts = { platform, emit, stateChanged, ownId: () => sender.user()?.id }
  const history = createHistory({ rest, pageSize, messageList, stateChanged })
  const presence = createPresence(parts)
  const moderation = createModerationState(parts)
  let maxContent = 2000
  /** The replay is complete. */
  let isLive = false
  /** The id of the newest message that was emitted; null: nothing is loaded. */
  let newestEmitted: string | null = null
  let combined: [List, List, List] = [[], [], []]

  /** The same array while its parts are the same. */
  function messages(): List {
    const sent = messageList.snapshot()
    const pending = sender.pending()
    if (sent !== combined[0] || pending !== combined[1])
      combined = [sent, pending, [...sent, ...pending]]
    return combined[2]
  }

  /** Turns the pending entry of an accepted message into its entry in the list, with the same key. */
  function acceptPending(message: Message): void {
    const { id, client_id } = message
    if (client_id !== undefined && sender.onMessage(message)) messageList.setKey(id, client_id)
  }

  /** Emits what `apply` did to this message. */
  function change(id: string, apply: () => void): void {
    const before = messageList.find(id)
    apply()
    const after = messageList.find(id)
    if (!before || before === after) return
    if (after) emit('edit', after)
    else emit('delete', before)
  }

  function emitMessage(id: string): void {
    const message = messageList.find(id)
    if (!message || id <= (newestEmitted ?? '')) return
    newestEmitted = id
    emit('message', message)
  }

  const handlers: { [E in keyof RoomEvents]?: (data: RoomEvents[E], seq?: number) => void } = {
    ...presence.handlers,
    ...moderation.handlers,
    welcome(data) {
      maxContent = data.max_content
      sender.onWelcome(data)
      moderation.onWelcome(data)
      for (const message of messageList.snapshot()) acceptPending(message)
    },
    new_message(data, seq) {
      acceptPending(data)
      change(data.id, () => messageList.upsert(data))
      // A live event without seq answers a retry. Earlier messages may still be on their way.
      if (seq !== undefined || !isLive) emitMessage(data.id)
      presence.stopTyping(data.user_id)
    },
    message_edited: (data) => change(data.message_id, () => messageList.edit(data)),
    message_deleted: ({ message_id: id }) => change(id, () => messageList.remove(id)),
    user_erased: messageList.erase,
    messages_purged(data) {
      const count = messageList.purge(data)
      if (count > 0) emit('purge', { user_id: data.user_id, count })
    },
    error(data) {
      const { code, message, errors, retry_after_ms: retryAfterMs } = data
      if (!sender.onRefusal(data))
        emit('error', new ChatProblem(code, message, { errors, retryAfterMs }))
    },
  }

  return {
    applyFrame({ event, data, seq }: Frame): void {
      handlers[event]?.(data as never, seq)
      stateChanged()
    },

    statusChanged(status: ChatStatus): void {
      isLive = status === 'online'
      if (!isLive) presence.stopAllTyping()
      if (status === 'idle' || status === 'stopped') moderation.stopTimers()
    },

    loadNewest: history.loadNewest,
    olderPage: history.olderPage,
    ban: moderation.ban,
    endOf: moderation.endOf,

    replaceMessages(page: Page): void {
      history.stop()
      for (const message of page.messages) acceptPending(message)
      messageList.replace(page)
      newestEmitted ??= messageList.snapshot().at(-1)?.id ?? ''
      for (const { id } of messageList.snapshot()) emitMessage(id)
      stateChanged()
    },

    /**
     * Edits a message, and shows the answer before the room broadcasts it. A message that has left
     * the list meanwhile may be deleted, and is not shown.
     */
    async edit(id: string, content: string): Promise<Message> {
      const message = await rest.edit(id, content)
      change(id, () => messageList.edit({ ...message, message_id: id }))
      return message
    },

    async remove(id: string): Promise<void> {
      await rest.remove(id)
      change(id, () => messageList.remove(id))
    },

    state: () => ({
      ...presence.state(),
      ...moderation.state(),
      user: sender.user(),
      messages: messages(),
      loaded: newestEmitted !== null,
      hasOlder: messageList.cursor() !== null,
      loadingOlder: history.isLoading(),
      sendPausedUntil: sender.pausedUntil(),
      maxContent,
    }),
  }
}
