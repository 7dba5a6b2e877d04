// The messages that others reply to, as they are now. A target is followed from the first reply to it
// on, whether or not it is in a list: its edit, its deletion and a new name show in all replies.

import { excerptMax, type Message, type Referenced } from '../contract.ts'
import type { Edit, KnownChanges } from './known-changes.ts'

type Reply = Partial<Pick<Message, 'reply_to' | 'referenced'>>

type Uses = {
  changes: KnownChanges
  /** Finds a message that is in a list. */
  find: (id: string) => Message | undefined
  /** Gets the id of a target that has changed. */
  targetChanged: (id: string) => void
}

export type Targets = ReturnType<typeof createTargets>

/** A code point has at most two UTF-16 units. */
const excerptOf = (content: string) =>
  [...content.slice(0, 2 * excerptMax)].slice(0, excerptMax).join('')

function toReferenced({ id, user_id, username, content, is_deleted }: Message): Referenced {
  return { id, user_id, username, excerpt: excerptOf(content), is_deleted }
}

export function createTargets({ changes, find, targetChanged }: Uses) {
  /** By message id; undefined: not at hand. */
  const targets = new Map<string, Referenced | undefined>()

  function set(id: string, found: Referenced | undefined): void {
    const next = found && {
      ...found,
      username: changes.nameOf(found),
      ...(changes.isGone(found) && { excerpt: '', is_deleted: true }),
    }
    const isSame = JSON.stringify(next) === JSON.stringify(targets.get(id))
    if (isSame && targets.has(id)) return
    targets.set(id, next)
    targetChanged(id)
  }

  function inList(id: string): Referenced | undefined {
    const target = find(id)
    return target && toReferenced(target)
  }

  return {
    get: (id: string): Referenced | undefined => targets.get(id),

    /** The target of this reply, followed from now on. One that is known is not older than an answer. */
    follow({ reply_to: id, referenced }: Reply): Referenced | undefined {
      if (!id) return undefined
      const edit = changes.editOf(id)
      const answered =
        referenced && edit ? { ...referenced, excerpt: excerptOf(edit.content) } : referenced
      set(id, referenced?.is_deleted ? referenced : (targets.get(id) ?? inList(id) ?? answered))
      return targets.get(id)
    },

    /** This message is in a list, or was loaded. */
    update(message: Message): void {
      if (targets.has(message.id)) set(message.id, toReferenced(message))
    },

    /** A message that may be in no list has another text. */
    edit({ message_id: id, content }: Edit): void {
      const target = targets.get(id)
      if (target) set(id, inList(id) ?? { ...target, excerpt: excerptOf(content) })
    },

    /** Messages were deleted, or a person has another name. */
    review(ids: Iterable<string> = targets.keys()): void {
      for (const id of ids) if (targets.has(id)) set(id, targets.get(id))
    },

    /** The list was replaced by these messages, and events may have been missed. */
    replace(messages: readonly Message[]): void {
      const answered = new Map(messages.map(({ referenced }) => [referenced?.id, referenced]))
      for (const id of targets.keys()) set(id, inList(id) ?? answered.get(id))
    },
  }
}
