// Has the users of a group react to messages, in an open loop, and knows what all of them have chosen.

import type { ReactionReport, StartReactions } from './commands.ts'
import type { Crowd } from './crowd.ts'
import { OpenLoop } from './open-loop.ts'

/** One after the other, so that each choice differs from the one before. */
const choices = [['👍'], ['👍', '🎉'], ['😂'], []]

export class Reactions {
  readonly #crowd: Crowd
  /** By user and message. */
  readonly #chosen = new Map<string, { messageId: string; turn: number }>()
  #loop: OpenLoop | null = null
  #answeredBefore = { accepted: 0, refused: 0 }

  constructor(crowd: Crowd) {
    this.#crowd = crowd
  }

  start({ group, messageIds, rate }: StartReactions): void {
    const users = this.#crowd.group(group)
    let sent = 0
    this.#answeredBefore = { ...this.#crowd.reactionAnswers }
    this.#loop = new OpenLoop(rate, () => {
      const user = users[sent % users.length]
      // Users who come round again go on to the next message.
      const messageId =
        messageIds[(sent + Math.floor(sent / users.length)) % messageIds.length] ?? ''
      sent++
      if (!user) return
      const key = `${user.receiver} ${messageId}`
      const turn = (this.#chosen.get(key)?.turn ?? -1) + 1
      this.#chosen.set(key, { messageId, turn })
      user.react(messageId, choices[turn % choices.length] ?? [])
    })
  }

  async finish(count: number): Promise<ReactionReport> {
    if (!this.#loop) throw new Error('No reactions were started')
    const sent = await this.#loop.end(count)
    const { accepted, refused } = this.#answeredBefore
    const now = this.#crowd.reactionAnswers
    return {
      sent,
      acknowledged: now.accepted - accepted,
      refused: now.refused - refused,
      counts: this.#counts(),
    }
  }

  #counts(): ReactionReport['counts'] {
    const counts: ReactionReport['counts'] = {}
    for (const { messageId, turn } of this.#chosen.values()) {
      counts[messageId] ??= {}
      const ofMessage = counts[messageId]
      for (const emoji of choices[turn % choices.length] ?? [])
        ofMessage[emoji] = (ofMessage[emoji] ?? 0) + 1
    }
    return counts
  }
}
