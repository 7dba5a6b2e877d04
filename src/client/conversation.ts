// What is said in the room and who is there, out of pages and frames: each message is told of once,
// in order, whether it came live, in a replay, or was found when the list was loaded anew.

import { createCompany } from './company.ts'
import type { Tell } from './events.ts'
import type { Platform } from './platform.ts'
import { ChatProblem } from './problem.ts'
import type { ChatRest } from './rest.ts'
import type { Speaker } from './speaker.ts'
import type { ChatMessage, ChatStatus } from './state.ts'
import { createTimeline } from './timeline.ts'
import type { Frame, Message, Page, Told } from './wire.ts'

const longestPage = 100
/** Of a list that is loaded anew. What lies below is loaded again by who looks for it. */
const pagesMax = 20

type Uses = {
  platform: Platform
  rest: ChatRest
  speaker: Speaker
  pageSize: number
  tell: Tell
  /** Something of `state` may have changed. */
  touch: () => void
}

export function createConversation({ platform, rest, speaker, pageSize, tell, touch }: Uses) {
  const timeline = createTimeline()
  const company = createCompany({
    platform,
    tell,
    isSelf: (userId) => userId === speaker.user()?.id,
  })
  let maxContent = 2000
  /** The replay is over. */
  let live = false
  /** The newest message that was told of; null: nothing is loaded. */
  let newestTold: string | null = null
  /** The older page that is on its way, for the list as it is. */
  let older: Promise<boolean> | null = null
  let joined: [readonly ChatMessage[], readonly ChatMessage[], readonly ChatMessage[]] = [
    [],
    [],
    [],
  ]

  /** The same array while its parts are the same. */
  function messages(): readonly ChatMessage[] {
    const sent = timeline.shown()
    const pending = speaker.pending()
    if (sent !== joined[0] || pending !== joined[1]) joined = [sent, pending, [...sent, ...pending]]
    return joined[2]
  }

  /** A pending message that the room has becomes one of the list, under the same key. */
  function settle(message: Message): void {
    const { id, client_id } = message
    if (client_id !== undefined && speaker.accepted(message)) timeline.name(id, client_id)
  }

  function change(id: string, apply: () => void): void {
    const before = timeline.find(id)
    apply()
    const after = timeline.find(id)
    if (!before || before === after) return
    if (after) tell('edit', after)
    else tell('delete', before)
  }

  function tellOf(id: string): void {
    const message = timeline.find(id)
    if (!message || id <= (newestTold ?? '')) return
    newestTold = id
    tell('message', message)
  }

  const handlers: { [E in keyof Told]?: (data: Told[E], seq?: number) => void } = {
    ...company.hears,
    welcome(data) {
      maxContent = data.max_content
      speaker.welcome(data)
      for (const message of timeline.shown()) settle(message)
    },
    new_message(data, seq) {
      settle(data)
      change(data.id, () => timeline.put(data))
      // The answer to a retry runs ahead of what the room still has to tell.
      if (seq !== undefined || !live) tellOf(data.id)
      company.hush(data.user_id)
    },
    message_edited: (data) => change(data.message_id, () => timeline.edit(data)),
    message_deleted: ({ message_id: id }) => change(id, () => timeline.remove(id)),
    user_erased: timeline.erase,
    error(data) {
      const { code, message, errors, retry_after_ms: retryAfterMs } = data
      if (!speaker.refused(data))
        tell('error', new ChatProblem(code, message, { errors, retryAfterMs }))
    },
  }

  /**
   * The newest page, and those below as far back as the list reaches. The position is that of the
   * first one: what changes meanwhile is in the replay from there.
   */
  async function load(isWanted: () => boolean): Promise<Page> {
    const oldest = timeline.shown()[0]
    const limit = oldest ? longestPage : pageSize
    const all = await rest.history({ limit })
    for (let pages = 1; oldest && pages < pagesMax && isWanted(); pages++) {
      const { next_cursor: cursor } = all
      if (cursor === null || cursor <= oldest.id) break
      const page = await rest.history({ limit, cursor })
      all.messages.push(...page.messages)
      all.next_cursor = page.next_cursor
    }
    return all
  }

  async function loadOlder(): Promise<boolean> {
    await timeline.extend((cursor) => rest.history({ limit: pageSize, cursor }))
    return timeline.cursor() !== null
  }

  function startOlder(): Promise<boolean> {
    const own = loadOlder().finally(() => {
      if (older === own) older = null
      touch()
    })
    // Nobody has to listen: the list shows that nothing came.
    own.catch(() => {})
    touch()
    return own
  }

  return {
    hear({ event, data, seq }: Frame): void {
      handlers[event]?.(data as never, seq)
      touch()
    },

    turned(status: ChatStatus): void {
      live = status === 'online'
      if (!live) company.hushAll()
    },

    load,

    show(page: Page): void {
      // What was asked for before belongs to the list that was.
      older = null
      for (const message of page.messages) settle(message)
      timeline.replace(page)
      newestTold ??= timeline.shown().at(-1)?.id ?? ''
      for (const { id } of timeline.shown()) tellOf(id)
      touch()
    },

    /** @returns whether there is more */
    older(): Promise<boolean> {
      if (timeline.cursor() === null) return Promise.resolve(false)
      older ??= startOlder()
      return older
    },

    /**
     * The answer counts at once, before the room tells: for a message that is in the list. One that
     * has left it meanwhile may be deleted by now.
     */
    async edit(id: string, content: string): Promise<Message> {
      const message = await rest.edit(id, content)
      change(id, () => timeline.edit({ ...message, message_id: id }))
      return message
    },

    async remove(id: string): Promise<void> {
      await rest.remove(id)
      change(id, () => timeline.remove(id))
    },

    state: () => ({
      ...company.state(),
      user: speaker.user(),
      messages: messages(),
      loaded: newestTold !== null,
      hasOlder: timeline.cursor() !== null,
      loadingOlder: older !== null,
      sendPausedUntil: speaker.pausedUntil(),
      maxContent,
    }),
  }
}
