// How far the user has read, and what is unread. What the list reaches is counted there. Only the service
// knows what is below it, and is asked again where its numbers may be of another moment than the list.

import { backOff, cappedPause } from '../backoff.ts'
import { type Message, unreadMax } from '../contract.ts'
import type { Platform } from '../platform.ts'
import { problemOf } from '../problem.ts'
import type { ChatRest } from '../rest.ts'
import type { ReadMarker } from '../state.ts'
import type { MessageList } from './message-list.ts'
import { countUnread, nothingUnread, type Unread } from './unread.ts'

const markEveryMs = 2_000
/**
 * One event may make all clients ask, so they do it at random moments. In a busy room the numbers stay in
 * doubt, and each question after the first is asked within twice the time.
 */
const askAgainAfterMs = { least: 2_000, spread: 28_000, spreadMax: 300_000 }

type Uses = {
  platform: Platform
  rest: Pick<ChatRest, 'readState'>
  /** The newest messages. */
  list: Pick<MessageList, 'snapshot' | 'cursor'>
  /** Sends the mark to the room. */
  transmitMark: (messageId: string) => void
  /** To be called where `state` may have changed. */
  stateChanged: () => void
}

export function createReadMarker({ platform, rest, list, transmitMark, stateChanged }: Uses) {
  let userId = ''
  let isOnline = false
  /** The service has answered for this user. */
  let isKnown = false
  /** Empty: nothing was marked, and nothing counts. */
  let lastReadId = ''
  /** The newest mark that the service has, or that was sent on this connection. */
  let sentId = ''
  let cancelPause: (() => void) | null = null
  /** Another object for each question, so that the answer to an earlier one changes nothing. */
  let question = {}
  let cancelQuestion: (() => void) | null = null
  /** Whether the planned question is not needed. */
  let isCertain = () => false
  /** Questions in a row whose answers left a doubt. */
  let doubts = 0
  let failures = 0
  /** What is unread below this message, as the service has counted. */
  let below = nothingUnread
  let belowId = ''
  let shown: ReadMarker | null = null
  let shownParts: unknown[] = []

  const lowestId = () => list.cursor() ?? ''
  const isInReach = () => lastReadId === '' || lastReadId >= lowestId()

  function sendMark(): void {
    if (!isOnline || !isKnown || cancelPause || lastReadId <= sentId) return
    sentId = lastReadId
    transmitMark(sentId)
    cancelPause = platform.after(markEveryMs, () => {
      cancelPause = null
      sendMark()
    })
  }

  function askAfter(ms: number): void {
    cancelQuestion ??= platform.after(ms, () => {
      cancelQuestion = null
      doubts = isCertain() ? 0 : doubts + 1
      if (doubts > 0) ask()
    })
  }

  /** @param isNeedless is asked later: what comes until then may be in the last answer already */
  function askAgain(isNeedless = () => false): void {
    isCertain = isNeedless
    const { least, spread, spreadMax } = askAgainAfterMs
    const waitMs = least + platform.random() * Math.min(spreadMax, spread * 2 ** doubts)
    if (isOnline && isKnown) askAfter(waitMs)
  }

  function stopAsking(): void {
    question = {}
    cancelQuestion?.()
    cancelQuestion = null
  }

  async function ask(): Promise<void> {
    stopAsking()
    const ownQuestion = question
    const before = list.snapshot()
    try {
      const { last_read_id, ...counted } = await rest.readState()
      if (ownQuestion !== question) return
      failures = 0
      isKnown = true
      const answeredId = last_read_id ?? ''
      if (answeredId > sentId) sentId = answeredId
      const isOlder = answeredId < lastReadId
      if (!isOlder) lastReadId = answeredId
      sendMark()
      if (!isInReach()) askAgain(isOlder ? undefined : countBelow(counted, before))
      stateChanged()
    } catch (thrown) {
      const { code, retryAfterMs } = problemOf(thrown)
      // A service of an older release has no such call.
      if (ownQuestion !== question || code === 'not_found') return
      isCertain = () => false
      askAfter(Math.max(cappedPause(retryAfterMs), backOff(failures++, platform.random())))
    }
  }

  /**
   * @param before the list when the question was asked
   * @returns whether the numbers are certain: the list counts the same then as before
   */
  function countBelow(counted: Unread, before: readonly Message[]): () => boolean {
    belowId = lowestId()
    const bounds = { userId, lastReadId, fromId: belowId }
    const inList = countUnread(list.snapshot(), bounds)
    const rest = (name: keyof Unread) =>
      counted[name] < unreadMax ? Math.max(0, counted[name] - inList[name]) : unreadMax
    below = { unread: rest('unread'), mentions: rest('mentions') }
    return () => {
      const [then, now] = [before, list.snapshot()].map((rows) => countUnread(rows, bounds))
      const isSame = (name: keyof Unread) =>
        counted[name] === unreadMax || then?.[name] === now?.[name]
      return isSame('unread') && isSame('mentions')
    }
  }

  function raise(id: string): void {
    if (id <= lastReadId) return
    lastReadId = id
    if (!isInReach()) askAgain()
    stateChanged()
  }

  function stateNow(): ReadMarker {
    const isExact = isInReach()
    const bounds = { userId, lastReadId, fromId: isExact ? '' : belowId }
    const inList = lastReadId ? countUnread(list.snapshot(), bounds) : nothingUnread
    const further = isExact ? nothingUnread : below
    const sum = (name: keyof Unread) => Math.min(unreadMax, inList[name] + further[name])
    return { lastReadId: lastReadId || null, unread: sum('unread'), mentions: sum('mentions') }
  }

  return {
    /** The same object until something changes. */
    state(): ReadMarker | null {
      if (!isKnown) return null
      const parts = [list.snapshot(), list.cursor(), lastReadId, below, userId]
      if (shown && parts.every((part, index) => part === shownParts[index])) return shown
      const next = stateNow()
      if (JSON.stringify(next) !== JSON.stringify(shown)) shown = next
      shownParts = parts
      return shown
    },

    onWelcome(id: string): void {
      if (id === userId) return
      userId = id
      isKnown = false
      lastReadId = ''
    },

    statusChanged(status: string): void {
      isOnline = status === 'online'
      stopAsking()
      cancelPause?.()
      cancelPause = null
      sentId = ''
      failures = 0
      if (isOnline) ask()
    },

    mark(id = list.snapshot().at(-1)?.id ?? ''): void {
      raise(id)
      sendMark()
    },

    /** Sends a mark that waits. */
    flush(): void {
      cancelPause?.()
      cancelPause = null
      sendMark()
    },

    /** Another connection of the user has marked this message. */
    onMarked(id: string): void {
      if (id > sentId) sentId = id
      raise(id)
    },

    /** Messages in this range were deleted. Which of those below the list counted is not known. */
    onDeletion(fromId: string, toId: string): void {
      if (!isInReach() && fromId < lowestId() && toId > lastReadId) askAgain()
    },
  }
}
