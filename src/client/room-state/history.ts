// Loads the pages of the history: the newest ones without showing them, and older ones into the list.

import type { Page } from '../contract.ts'
import type { ChatRest } from '../rest.ts'
import type { MessageList } from './message-list.ts'

const longestPage = 100
/** Of a reload. Older messages are loaded again when the application asks for them. */
const pagesMax = 20

type Uses = {
  rest: ChatRest
  pageSize: number
  messageList: MessageList
  /** To be called where `isLoading` may have changed. */
  stateChanged: () => void
}

export function createHistory({ rest, pageSize, messageList, stateChanged }: Uses) {
  /** The older page that is being loaded into the present list. */
  let olderPage: Promise<boolean> | null = null

  async function loadOlder(): Promise<boolean> {
    await messageList.prependOlder((cursor) => rest.history({ limit: pageSize, cursor }))
    return messageList.cursor() !== null
  }

  function startOlderPage(): Promise<boolean> {
    const ownPage = loadOlder().finally(() => {
      if (olderPage === ownPage) olderPage = null
      stateChanged()
    })
    // A caller may ignore the promise.
    ownPage.catch(() => {})
    stateChanged()
    return ownPage
  }

  return {
    isLoading: () => olderPage !== null,

    /** The list is replaced: an older page that is on its way belongs to the list before. */
    stop(): void {
      olderPage = null
    },

    /**
     * Loads the newest page, and older ones as far back as the list reaches. The position is that of
     * the first page, so the replay from there brings all changes since.
     */
    async loadNewest(isWanted: () => boolean): Promise<Page> {
      const oldest = messageList.snapshot()[0]
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
    },

    /** Loads the next older page. @returns whether there is more */
    olderPage(): Promise<boolean> {
      if (messageList.cursor() === null) return Promise.resolve(false)
      olderPage ??= startOlderPage()
      return olderPage
    },
  }
}
