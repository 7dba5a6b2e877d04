// A tab of the moderation dialog.

export type Section = {
  element: HTMLElement
  /** Runs when the tab is shown for the first time since the dialog was opened. */
  open: () => void
  /** Runs when the dialog is closed, if the section is open. */
  close: () => void
}
