// The list of the newest messages and, after a jump, a detached view of an older part. Changes apply to
// both, and to the targets of replies. When the detached view has reached the list, the two are joined.

import type { Page, RoomEvents } from '../contract.ts'
import type { HistoryRequest } from '../rest-options.ts'
import type { DetachedView, SentMessage } from '../state.ts'
import { createKnownChanges, type Edit } from './known-changes.ts'
import { createMessageList, type MessageList } from './message-list.ts'
import type { Reactions } from './reactions.ts'
import { createSharedLoads } from './shared-loads.ts'
import { createTargets } from './targets.ts'

type Detached = {
  list: MessageList
  targetId: string
  /** The list has everything up to this message. */
  newestId: string
}

type Uses = {
  /** Loads a page of the history. */
  load: (ask: HistoryRequest) => Promise<Page>
  reactions: Reactions
  /** To be called where `detached` or `isLoadingOlder` may have changed. */
  stateChanged: () => void
}

export type MessageViews = ReturnType<typeof createMessageViews>

export function createMessageViews({ load, reactions, stateChanged }: Uses) {
  const changes = createKnownChanges()
  const targets = createTargets({
    changes,
    find,
    targetChanged(id) {
      for (const list of lists()) list.showTarget(id)
    },
  })
  const parts = { changes, targets, reactions, keys: new Map<string, string>() }
  const newest = createMessageList(parts)
  let detached: Detached | null = null
  let shown: DetachedView | null = null
  /** Another object for each jump, so that an earlier one changes nothing any more. */
  let jump = {}
  let isLoaded = false
  const olderLoads = createSharedLoads(stateChanged)
  const newerLoads = createSharedLoads(stateChanged)

  function lists(): MessageList[] {
    return detached ? [newest, detached.list] : [newest]
  }

  function find(id: string): SentMessage | undefined {
    return newest.find(id) ?? detached?.list.find(id)
  }

  function setDetached(next: Detached | null): void {
    jump = {}
    detached = next
    stateChanged()
  }

  /** A page has extended the detached view to its `previous_cursor`. */
  function extend(view: Detached, newestId: string | null): void {
    view.newestId = newestId ?? ''
    const from = newest.cursor() ?? ''
    if (newestId !== null && newestId < from) return
    const { list } = view
    if ((list.cursor() ?? '') < from)
      newest.prepend({ messages: list.snapshot().slice().reverse(), next_cursor: list.cursor() })
    setDetached(null)
  }

  function loadOlder(list: MessageList): Promise<boolean> {
    const cursor = list.cursor()
    if (cursor === null) return Promise.resolve(false)
    return olderLoads.run(list, async () => {
      await changes.during(
        () => load({ cursor }),
        (page) => {
          // A detached view may have been joined to the list meanwhile.
          if (list.cursor() === cursor) list.prepend(page)
        },
      )
      return list.cursor() !== null
    })
  }

  function loadNewer(view: Detached): Promise<boolean> {
    return newerLoads.run(view, async () => {
      await changes.during(
        () => load({ after: view.newestId }),
        (page) => {
          if (detached !== view) return
          for (const message of page.messages) view.list.upsert(message)
          extend(view, page.previous_cursor)
        },
      )
      return detached === view
    })
  }

  return {
    find,
    newest,
    targets,
    changes,
    backToNow: () => setDetached(null),
    olderPage: () => loadOlder(detached?.list ?? newest),
    newerPage: () => (detached ? loadNewer(detached) : Promise.resolve(false)),
    isLoadingOlder: () => olderLoads.isRunning(detached?.list ?? newest),

    /** The same object until something changes. */
    detached(): DetachedView | null {
      if (!detached) return null
      const { list, targetId } = detached
      const messages = list.snapshot()
      const hasOlder = list.cursor() !== null
      const isSame = shown?.messages === messages && shown.targetId === targetId
      if (!isSame || shown?.hasOlder !== hasOlder) shown = { messages, hasOlder, targetId }
      return shown
    },

    async jumpTo(id: string): Promise<boolean> {
      if (newest.find(id)) {
        setDetached(null)
        return true
      }
      if (detached?.list.find(id)) {
        jump = {}
        detached.targetId = id
        stateChanged()
        return true
      }
      if (!isLoaded) return false
      const ownJump = {}
      jump = ownJump
      const opened = await changes.during(
        () => load({ around: id }),
        (page) => {
          if (jump !== ownJump) return false
          const view = { list: createMessageList(parts), targetId: id, newestId: '' }
          view.list.prepend(page)
          // There is no such message: the user stays where they are.
          if (!view.list.find(id)) return false
          setDetached(view)
          extend(view, page.previous_cursor ?? null)
          return true
        },
      )
      return !!opened
    },

    replace(page: Page): void {
      isLoaded = true
      changes.dropLoads()
      olderLoads.stop(newest)
      setDetached(null)
      newest.replace(page)
      targets.replace(page.messages)
    },

    /** The reactions to a message have changed. */
    showReactions(id: string): void {
      for (const list of lists()) list.showReactions(id)
      stateChanged()
    },

    /** Gives the entry of this message the key of its optimistic entry. */
    setKey: (id: string, key: string) => void parts.keys.set(id, key),

    edit(change: Edit): void {
      changes.edit(change)
      for (const list of lists()) list.edit(change)
      targets.edit(change)
    },

    remove(id: string): void {
      changes.remove(id)
      reactions.forget(id)
      for (const list of lists()) list.remove(id)
      targets.review([id])
    },

    /** @returns how many messages left the lists */
    purge(purge: RoomEvents['messages_purged']): number {
      changes.purge(purge)
      return review()
    },

    erase(erasure: RoomEvents['user_erased']): void {
      changes.erase(erasure)
      review()
    },
  }

  function review(): number {
    let left = 0
    for (const list of lists()) left += list.review()
    targets.review()
    return left
  }
}
