// Opens the message that the address of the page names, when the list is loaded. Then the address is the page's
// own again, so that a reload shows the newest messages.

import { linkedMessage } from './message-link.ts'

export type FollowLinksOptions = { open: (id: string) => void; signal: AbortSignal }

export function followLinks({ open, signal }: FollowLinksOptions) {
  let isReady = false
  const follow = () => {
    const id = isReady ? linkedMessage(location.hash) : null
    if (id === null) return
    history.replaceState(null, '', location.pathname + location.search)
    open(id)
  }
  addEventListener('hashchange', follow, { signal })
  return {
    /** To be called when the list is loaded. */
    onLoaded(): void {
      if (isReady) return
      isReady = true
      follow()
    },
  }
}
