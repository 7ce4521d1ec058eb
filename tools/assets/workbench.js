// Brings the parts of a page to life where scripts run; every page works the same without this.
import { initAll } from './govuk-frontend.min.js'

initAll()

// A part that still changes is fetched anew every two seconds, until it says no more that it does.
const again = async () => {
  const shown = document.querySelector('[data-refreshes]')
  if (!shown) return
  const answer = await fetch(window.location.href).catch(() => null)
  if (answer && answer.ok && !shown.contains(document.activeElement)) {
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const anew = page.getElementById(shown.id)
    if (anew) shown.replaceWith(anew)
  }
  setTimeout(again, 2000)
}
setTimeout(again, 2000)
