// One load at a time for each list: calls at the same time share it.

/** @param stateChanged is called where `isRunning` may have changed */
export function createSharedLoads(stateChanged: () => void) {
  const running = new Map<object, Promise<boolean>>()

  return {
    isRunning: (list: object): boolean => running.has(list),

    /** The list is replaced: what loads belongs to the list before. */
    stop: (list: object): void => void running.delete(list),

    run(list: object, load: () => Promise<boolean>): Promise<boolean> {
      const present = running.get(list)
      if (present) return present
      const own = load().finally(() => {
        if (running.get(list) === own) running.delete(list)
        stateChanged()
      })
      // A caller may ignore the promise.
      own.catch(() => {})
      running.set(list, own)
      stateChanged()
      return own
    },
  }
}
