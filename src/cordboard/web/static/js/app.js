// Starts what lives on a page. Order: the clock first, since every other part shows times.
import { startClock } from "./clock.js";
import { startLive } from "./live.js";
import { startCards } from "./cards.js";
import { startDesk } from "./desk.js";
import { startEditing } from "./edit.js";
import { startFrame } from "./frame.js";
import { startKeys } from "./keys.js";
import { startMissed } from "./missed.js";
import { startPalette } from "./palette.js";
import { startPreferences } from "./prefer.js";
import { startRing } from "./ring.js";

startClock();
startPreferences();
startFrame();
startPalette();
startKeys();
startCards();
startDesk();
startMissed();
startEditing();
startRing();
startLive();
