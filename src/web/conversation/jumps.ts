// Jumps to messages: to one in the list, or to one whose part of the history is loaded first; and back.

import type { ChatClient } from '../../client/chat-client.ts'
import * as strings from '../strings/en.json'
import { jumpFailure } from '../text/failures.ts'
import type { RenderedList } from './rendered-list.ts'
import { revealRow } from './reveal-row.ts'

export type JumpOptions = {
  chat: Pick<ChatClient, 'state' | 'jumpTo' | 'backToNow'>
  list: HTMLElement
  rendered: () => Pick<RenderedList, 'virtualList' | 'rowOfMessage'>
  /** Draws the list of the present state. */
  update: () => void
  /** Shows a text for some seconds. */
  note: (text: string) => void
  setBusy: (isBusy: boolean) => void
}

export function createJumps({ chat, list, rendered, update, note, setBusy }: JumpOptions) {
  /** Counts the jumps, so that one that was overtaken does nothing. */
  let latest = 0

  /** @returns false if the message is not in the list */
  const reveal = (id: string): boolean => {
    const { virtualList, rowOfMessage } = rendered()
    const row = rowOfMessage(id)
    if (!row) return false
    virtualList.scrollToRow(row.key)
    revealRow(list, row.key)
    return true
  }
  const load = async (id: string, own: number) => {
    setBusy(true)
    try {
      const isShown = await chat.jumpTo(id)
      if (own !== latest) return
      update()
      if (!isShown || !reveal(id)) note(strings.noSuchMessage)
    } catch (thrown) {
      if (own === latest) note(jumpFailure(thrown))
    } finally {
      if (own === latest) setBusy(false)
    }
  }

  return {
    /** Shows a message, and moves the focus to it. */
    async jump(id: string): Promise<void> {
      const own = ++latest
      if (!reveal(id)) await load(id, own)
    },

    /** Shows the newest message. */
    backToNow(): void {
      latest++
      setBusy(false)
      if (chat.state.detached) {
        chat.backToNow()
        update()
      }
      rendered().virtualList.scrollToEnd()
    },
  }
}
