"""What goes wrong, in the words of the errors: what each means and what to do. A test keeps it with `core.errors`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong.

    Attributes
    ----------
    says
        What an error says, word for word; ``…`` stands for what changes.
    means, do
        In plain words; `do` first for who has no time.
    """

    says: tuple[str, ...]
    means: str
    do: str


TROUBLES: dict[str, tuple[Trouble, ...]] = {
    "The clip does not arrive": (
        Trouble(
            ("The clip is larger than …",),
            "Every server has a limit, which the uploader shows.",
            "Trim the clip to the set, or film in 1080p instead of 4K; RepScope scales it down anyway.",
        ),
        Trouble(
            ("There is no room for the clip: …",),
            "The clips of all visitors together fill the room set aside for them, or the disk is full.",
            "Delete results you no longer need, or wait: clips go by themselves when their visitors leave.",
        ),
        Trouble(
            ("The clip's files could not be stored: …",),
            "The server's folder of clips is gone or broken.",
            "Tell whoever runs the server what the message says.",
        ),
        Trouble(
            ("The upload stopped: nothing came for …", "The upload request is malformed: …"),
            "The connection broke off on the way.",
            "Reload the page and choose the clip again, nearer to the router if you can.",
        ),
        Trouble(
            ("The file is empty (0 bytes).",),
            "The phone has handed over the name without the video: it may still lie in its cloud.",
            "Open the clip on the phone once, so that it is fetched, then choose it again.",
        ),
        Trouble(
            (
                "The clip is no longer on the server: it expired",
                "The clip has expired and was deleted from the server.",
            ),
            "Clips are deleted a while after they came, so that nothing stays behind.",
            "Choose the clip again. Results that are on the page stay.",
        ),
        Trouble(
            ("The list holds … clips; …",),
            "A batch takes so many clips at a time; the ones named were not taken.",
            "Clear the list when it is done, then add them. The results stay under Results.",
        ),
    ),
    "The clip cannot be read": (
        Trouble(
            (
                "The file is no clip RepScope reads, whatever its name says.",
                "The file is no clip RepScope reads: …",
            ),
            "It is a photo, a document or an unusual format.",
            "Choose the video itself, or export it as MP4 on the phone.",
        ),
        Trouble(
            ("The clip cannot be opened: it has no readable index.",),
            "The recording was interrupted or the file only half copied.",
            "Copy the original again. If the phone cannot play it either, it is lost.",
        ),
        Trouble(
            (
                "The clip holds no frame that can be decoded: it is damaged.",
                "The clip has no length: it holds no frames.",
            ),
            "The file is damaged.",
            "Export or copy it again.",
        ),
        Trouble(
            ("The file holds no video, only sound or pictures.", "The clip cannot be read: …"),
            "There is no film in the file, or it is not where it was.",
            "Choose the clip of the set itself.",
        ),
        Trouble(
            ("The clip's facts could not be read: …",),
            "The server has too much to do, or the file is damaged or of a kind that must be read to its end.",
            "Choose the clip again in a minute, or save it as MP4, trimmed to the set.",
        ),
        Trouble(
            ("The clip is too long: …",),
            "One set is enough; longer clips would keep others waiting.",
            "Trim it to one set on the phone.",
        ),
        Trouble(
            (
                "The clip is too large to decode: …",
                "The clip announces no picture size that can be decoded, …",
                "The clip claims … frames a second, …",
                "The clip is to be shown … x … pixels large, …",
            ),
            "No phone films like this: the file is damaged, or comes from a special camera.",
            "Film in 4K or less at up to 240 frames a second, or export the clip again.",
        ),
    ),
    "Nobody is found, or too little": (
        Trouble(
            ("No person was found in any of the … analysed frames.",),
            "The body is cut off, too small, too dark, or looks like the background.",
            "Film the whole body from the side, in good light, filling most of the picture's height.",
        ),
        Trouble(
            ("A person was found in … of … analysed frames, the least is …",),
            "The person is in the picture only for a moment, or few frames were analysed.",
            "Film the whole set, or set the frame skip to Auto, under Advanced.",
        ),
    ),
    "The analysis stops": (
        Trouble(
            ("The analysis was cancelled. Start it again when you are ready.",),
            "Somebody pressed Cancel.",
            "Press Analyze again.",
        ),
        Trouble(
            ("The analysis was cancelled: its page was closed.",),
            "No page has asked for it for a minute and a half: the phone slept, or the connection was lost.",
            "Keep the page open and start it again.",
        ),
        Trouble(
            (
                "The analysis was cancelled: the server is shutting down.",
                "The server is shutting down and takes no more analyses.",
                "The worker process could not be started: …",
            ),
            "The server is being restarted or has too much to do.",
            "Try again in a minute.",
        ),
        Trouble(
            ("The analysis ran longer than its limit of … s and was stopped.",),
            "The clip is long or large for this server.",
            "Trim the clip, or analyse fewer frames: a larger frame skip, a smaller width, both under Advanced.",
        ),
        Trouble(
            ("The analysis was stopped by the system, most likely because memory ran out",),
            "The server has too little memory for this clip.",
            "Choose a smaller resize width, under Advanced.",
        ),
        Trouble(
            ("The analysis crashed (…): the file may be damaged.",),
            "The file made the decoder crash; nothing else is affected.",
            "Save or trim the clip again in another program and try once more.",
        ),
    ),
    "A correction is refused": (
        Trouble(
            ("… goes from … to … s and cannot be split at … s: …",),
            "Both halves of a split must be long enough to be reps.",
            "Move the player to where the second rep starts, then split.",
        ),
        Trouble(
            ("… is the last one: there is none after it to merge with.", "There is no row …: the set has …"),
            "The rep asked for is not there.",
            "Choose another rep.",
        ),
        Trouble(
            ("Nothing was measured between … and … s, so there is no rep to mark there.",),
            "The joint was hidden there.",
            'Choose another joint under "Count on", or another place.',
        ),
        Trouble(
            ("There is no room for a rep there: …",),
            "Reps of one side cannot overlap.",
            "Delete or shorten the rep beside it first.",
        ),
    ),
    "A file cannot be made": (
        Trouble(
            ("The PDF could not be made: …", "The PDF cannot be made: …", "The report could not be written: …"),
            "The report's last step failed; its numbers are fine.",
            "Take the HTML report: any browser prints it.",
        ),
        Trouble(
            (
                "… could not be written: the server's disk is full …",
                "… could not be written: its result is no longer on the server.",
            ),
            "There is no room for the file, or the result it belongs to is gone.",
            "Delete earlier results or clips, or analyse the clip again.",
        ),
        Trouble(
            ("… could not be written: …. Try again, or ask who runs the server.",),
            "The server's disk refused the file, for the reason it gives; the measured numbers are complete.",
            "Try again. If it stays so, tell whoever runs the server what the message says.",
        ),
    ),
    "The history does not do it": (
        Trouble(
            ("There is no room to save this: …",),
            "Saved sets have a room of their own on the server; a clip takes most of it.",
            "Save without the clip, or delete old sets.",
        ),
        Trouble(
            ("The clip could not be kept: …",),
            "The clip could not be copied beside the saved numbers, so nothing was saved.",
            "Save without the clip.",
        ),
        Trouble(
            ("Opened without its clip: …",),
            "A set is opened on a copy of its clip, which is too large for this server now, or the disk is full.",
            "Work with the numbers. To try again later, delete the result here, and open the set anew.",
        ),
        Trouble(
            ("This analysis is not in your history any more: it was deleted.",),
            "It was deleted, perhaps in another tab.",
            "Choose another one.",
        ),
        Trouble(
            ("This saved analysis is damaged and cannot be opened: …",),
            "What lies in the database cannot be read.",
            "Delete it; the others are not affected.",
        ),
        Trouble(
            ("The history's database was not brought up to date within … s.",),
            "The server has just been updated and is still at it.",
            "Try again in a minute.",
        ),
        Trouble(
            ("The history's database (…) was not brought up to date: …",),
            "The server has no memory, process or file left to do it with.",
            "Try again in a minute, or ask who runs the server to look at it.",
        ),
    ),
    "For who runs the server": (
        Trouble(
            (
                "The history cannot keep its key in …",
                "The history's folder … cannot be made: …",
                "The history's folder … cannot be looked into: …",
                "A saved clip could not be deleted: …",
            ),
            "The folder of the history cannot be read or written to. Everything but the history works.",
            "Set HISTORY_DIR to a folder the server may write to.",
        ),
        Trouble(
            (
                "The history's database was made by another release of RepScope (…).",
                "This analysis was saved by a newer RepScope (…",
            ),
            "An older RepScope runs on what a newer one has written.",
            "Update RepScope, or set DATABASE_URL to another database.",
        ),
        Trouble(
            (
                "The pose model has not been built.",
                "The pose model is damaged: its SHA-256 is …",
                "The wheel …, which holds the model's weights, could not be downloaded.",
                "The pose model … cannot be loaded: …",
                "POSE_MODEL_PATH names no file: …",
            ),
            "The model that finds the body is missing or not the right one.",
            "Run `make setup`, or correct POSE_MODEL_PATH.",
        ),
    ),
}
"""By what the trainer sees."""
