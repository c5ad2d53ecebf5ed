/** A photo in a form, never asked for: taken or chosen, made small here, and kept as a draft of its own. */
import { CameraOutline } from "antd-mobile-icons";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "@/shared/texts";
import { useFormOpen } from "./open-forms";
import { usePhone } from "./phone";

/** What the engine takes (Photo::BYTES_MAX), less what its own tidying may add. */
const BYTES_MAX = 48 * 1024 - 64;
/** Longer sides in pixels and qualities, tried from the best on: the last always fits. */
const SIDES = [1024, 800, 640, 480, 320] as const;
const QUALITIES = [0.75, 0.6, 0.45] as const;

export interface PhotoDraft {
  /** JPEG in base64. */
  jpeg: string | null;
  failed: boolean;
  take: (file: File) => Promise<void>;
  remove: () => void;
  /** Saved together with what the form made: the engine has dropped the draft in the same commit. */
  done: () => void;
}

/** `form` is the key of the form's own draft. */
export function usePhoto(form: string): PhotoDraft {
  const phone = usePhone();
  const [jpeg, setJpeg] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  useFormOpen(jpeg !== null);
  const key = `${form}/photo`;
  useEffect(() => {
    let gone = false;
    phone.call("draft", { key }).then(
      (draft) => {
        // One that was taken while this was being read is newer.
        if (!gone && draft) setJpeg((taken) => taken ?? draft.text);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [phone, key]);
  const take = async (file: File) => {
    try {
      const small = await shrunk(file);
      // Whoever sees it can rely on its being kept; one that could not be is saved with the form all the same.
      await phone.call("saveDraft", { key, form: 1, text: small }).catch(() => undefined);
      setJpeg(small);
      setFailed(false);
    } catch {
      setFailed(true);
    }
  };
  const remove = () => {
    setJpeg(null);
    void phone.call("dropDraft", { key }).catch(() => undefined);
  };
  return { jpeg, failed, take, remove, done: () => setJpeg(null) };
}

/** The picture upright, in as many pixels and as good as fits. Drawing it anew leaves out where and when it was taken. */
async function shrunk(file: File): Promise<string> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const longest = Math.max(picture.width, picture.height);
  const canvas = document.createElement("canvas");
  const paper = canvas.getContext("2d");
  if (!paper) throw new Error("this browser cannot draw");
  for (const side of SIDES) {
    const scale = Math.min(1, side / longest);
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
    for (const quality of QUALITIES) {
      const text = canvas.toDataURL("image/jpeg", quality).replace(/^data:image\/jpeg;base64,/, "");
      if ((text.length / 4) * 3 <= BYTES_MAX) return text;
    }
  }
  throw new Error("this picture does not get small enough");
}

export function PhotoField({ photo }: { photo: PhotoDraft }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="field photo">
      {photo.jpeg !== null && <Picture jpeg={photo.jpeg} />}
      <div className="photo-actions">
        <label htmlFor={id} className="link with-icon">
          <CameraOutline aria-hidden />
          {t(photo.jpeg === null ? "photo.take" : "photo.retake")}
        </label>
        <input
          id={id}
          type="file"
          accept="image/*"
          className="photo-file"
          onChange={({ target }) => {
            const file = target.files?.[0];
            // The same picture may be chosen again.
            target.value = "";
            if (file) void photo.take(file);
          }}
        />
        {photo.jpeg !== null && (
          <button type="button" className="link" onClick={photo.remove}>
            {t("photo.remove")}
          </button>
        )}
      </div>
      {photo.failed && <p role="alert">{t("photo.failed")}</p>}
    </div>
  );
}

export function Picture({ jpeg }: { jpeg: string }) {
  const { t } = useTranslation();
  return <img className="picture" src={`data:image/jpeg;base64,${jpeg}`} alt={t("photo")} />;
}
