// Runs before the first paint, so that the page never shows the other theme for a moment, and shows the
// beginning of the login or of the room until its script has come.

import { storedUser } from './browser-storage.ts'
import { showAppearance } from './settings/appearance.ts'

showAppearance()
document.documentElement.dataset.opens = storedUser() ? 'room' : 'login'
