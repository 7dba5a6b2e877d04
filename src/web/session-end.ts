// Calls that end the session of this page, such as a logout.

export type SessionEndOptions = {
  /** Sends the changes that still wait. */
  flush: () => Promise<void>
  /** Runs when the call has failed: the session goes on. */
  onFailed: () => void
}

export function createSessionEnd({ flush, onFailed }: SessionEndOptions) {
  let isEnding = false
  return {
    /** The socket may report the end of the session before the call is answered. */
    get isEnding(): boolean {
      return isEnding
    },
    async by<T>(call: () => Promise<T>): Promise<T> {
      await flush()
      isEnding = true
      try {
        return await call()
      } catch (thrown) {
        isEnding = false
        onFailed()
        throw thrown
      }
    },
  }
}
