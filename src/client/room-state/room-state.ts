// The room as the client knows it: messages, presence and moderation, built from pages and frames. Each
// message is emitted once, in order, whether it came live, in a replay, or with a reload of the list.

import type { SendOptions } from '../chat-options.ts'
import type { MonotonicPlatform } from '../clock.ts'
import type { ClientEvents, Frame, Message, Page, RoomEvents } from '../contract.ts'
import type { Emit } from '../emitter.ts'
import type { Mutation } from '../events.ts'
import { ChatProblem } from '../problem.ts'
import type { ChatRest } from '../rest.ts'
import type { Sender } from '../sending/sender.ts'
import type { ChatStatus } from '../state.ts'
import { loadNewest } from './history.ts'
import { createLookUp } from './look-up.ts'
import { createMessageViews } from './message-views.ts'
import { createModerationState } from './moderation-state.ts'
import { createPresence } from './presence.ts'
import { createReactions } from './reactions.ts'
import { createReadMarker } from './read-marker.ts'
import { createShownMessages } from './shown-messages.ts'

type Uses = {
  platform: MonotonicPlatform
  rest: ChatRest
  sender: Sender
  pageSize: number
  /** Sends to the room how far the user has read. */
  transmitMark: (messageId: string) => void
  /** Sends to the room what the user has chosen as reactions. */
  transmitReactions: (data: ClientEvents['react']) => void
  emit: Emit
  /** To be called where `state` may have changed. */
  stateChanged: () => void
}

const mutations: readonly string[] = [
  ...['message_edited', 'message_deleted', 'messages_purged', 'user_erased'],
]
const isMutation = (frame: Frame): frame is Mutation => mutations.includes(frame.event)

export function createRoomState(uses: Uses) {
  const { rest, sender, pageSize, emit, stateChanged } = uses
  const reactions = createReactions({
    ...uses,
    transmit: uses.transmitReactions,
    changed: (id) => views.showReactions(id),
  })
  const views = createMessageViews({
    async load(ask) {
      const page = await rest.history({ limit: pageSize, ...ask })
      reactions.takePage(page)
      return page
    },
    reactions,
    stateChanged,
  })
  const list = views.newest
  const parts = { ...uses, list, ownId: () => sender.user()?.id }
  const presence = createPresence(parts)
  const moderation = createModerationState(parts)
  const readMarker = createReadMarker(parts)
  const shownMessages = createShownMessages(views.targets)
  let maxContent = 2000
  /** The replay is complete. */
  let isLive = false
  /** The page that was loaded last has told the user's own reactions. */
  let isFresh = false
  /** The id of the newest message that was emitted; null: nothing is loaded. */
  let newestEmitted: string | null = null

  /** Turns the pending entry of an accepted message into its entry in the list, with the same key. */
  function acceptPending(message: Message): void {
    const { id, client_id } = message
    if (client_id !== undefined && sender.onMessage(message)) views.setKey(id, client_id)
  }

  /** Emits what `apply` did to this message. */
  function change(id: string, apply: () => void): void {
    const before = views.find(id)
    apply()
    const after = views.find(id)
    if (!before || before.revision === after?.revision) return
    if (after) emit('edit', after)
    else emit('delete', before)
  }

  function remove(id: string): void {
    change(id, () => views.remove(id))
    readMarker.onDeletion(id, id)
  }

  function emitMessage(id: string): void {
    const message = list.find(id)
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
      readMarker.onWelcome(data.user_id)
      for (const message of list.snapshot()) acceptPending(message)
    },
    new_message(data, seq) {
      acceptPending(data)
      change(data.id, () => list.upsert(data))
      // A live event without seq answers a retry. Earlier messages may still be on their way.
      if (seq !== undefined || !isLive) emitMessage(data.id)
      presence.stopTyping(data.user_id)
    },
    message_edited: (data) => change(data.message_id, () => views.edit(data)),
    message_deleted: (data) => remove(data.message_id),
    user_erased(data) {
      views.erase(data)
      if (data.messages === 'delete') readMarker.onDeletion('', '~')
    },
    messages_purged(data) {
      const count = views.purge(data)
      if (count > 0) emit('purge', { user_id: data.user_id, count })
      readMarker.onDeletion(data.from_id, data.to_id)
    },
    reactions_changed: (data) => reactions.takeCounts(data.message_id, data),
    reaction_set: reactions.onSet,
    room_changed(data) {
      moderation.handlers.room_changed(data)
      sender.onRoomChanged(data)
    },
    read_marked: (data) => readMarker.onMarked(data.message_id),
    error(data) {
      const { code, message, errors, retry_after_ms: retryAfterMs } = data
      if (!reactions.onRefusal(data) && !sender.onRefusal(data))
        emit('error', new ChatProblem(code, message, { errors, retryAfterMs }))
    },
  }

  return {
    applyFrame(frame: Frame): void {
      const { event, data, seq } = frame
      handlers[event]?.(data as never, seq)
      if (isMutation(frame)) emit('mutation', frame)
      stateChanged()
    },

    statusChanged(status: ChatStatus): void {
      isLive = status === 'online'
      readMarker.statusChanged(status)
      reactions.statusChanged(status, isFresh ? [] : list.snapshot())
      if (isLive) isFresh = false
      if (!isLive) presence.stopAllTyping()
      if (status !== 'idle' && status !== 'stopped') return
      moderation.stopTimers()
      views.backToNow()
    },

    loadNewest: (isWanted: () => boolean): Promise<Page> =>
      loadNewest({ rest, pageSize, oldestId: list.snapshot()[0]?.id, isWanted }),
    olderPage: views.olderPage,
    newerPage: views.newerPage,
    jumpTo: views.jumpTo,
    backToNow: views.backToNow,
    message: createLookUp(rest, views),
    markRead: readMarker.mark,
    flushMark: readMarker.flush,
    react: reactions.react,
    ban: moderation.ban,
    endOf: moderation.endOf,

    replaceMessages(page: Page): void {
      for (const message of page.messages) acceptPending(message)
      reactions.reset()
      reactions.takePage(page)
      isFresh = !!page.own_reactions
      views.replace(page)
      newestEmitted ??= list.snapshot().at(-1)?.id ?? ''
      for (const { id } of list.snapshot()) emitMessage(id)
      stateChanged()
    },

    send(content: string, { replyTo, mentions, mentionsRoom }: SendOptions = {}): Promise<Message> {
      const reply_to = replyTo ?? undefined
      return sender.send(content, { reply_to, mentions, mentions_room: mentionsRoom || undefined })
    },

    /**
     * Edits a message, and shows the answer before the room broadcasts it. A message that has left
     * the list meanwhile may be deleted, and is not shown.
     */
    async edit(id: string, content: string): Promise<Message> {
      const message = await rest.edit(id, content)
      change(id, () => views.edit({ ...message, message_id: id }))
      return message
    },

    async remove(id: string): Promise<void> {
      await rest.remove(id)
      remove(id)
    },

    state: () => ({
      ...presence.state(),
      ...moderation.state(),
      user: sender.user(),
      messages: shownMessages(list.snapshot, sender.pending()),
      loaded: newestEmitted !== null,
      hasOlder: list.cursor() !== null,
      loadingOlder: views.isLoadingOlder(),
      detached: views.detached(),
      readMarker: readMarker.state(),
      sendPausedUntil: sender.pausedUntil(),
      maxContent,
    }),
  }
}
