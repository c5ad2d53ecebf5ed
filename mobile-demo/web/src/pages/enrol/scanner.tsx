/** Reads a QR code from the camera, or from a picture where there is none. */
import { Button } from "antd-mobile";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "@/shared/texts";
import { readCode } from "./read-code";

/** Often enough to seem immediate, seldom enough for an old phone to stay cool. */
const LOOK_EVERY_MS = 200;

interface ScannerProps {
  onText: (text: string) => void;
  onBack: () => void;
}

export default function Scanner({ onText, onBack }: ScannerProps) {
  const { t } = useTranslation("enrol");
  const video = useRef<HTMLVideoElement>(null);
  const [trouble, setTrouble] = useState<"camera" | "picture" | null>(null);
  const found = useRef(onText);
  useEffect(() => {
    found.current = onText;
  });
  useEffect(() => {
    let gone = false;
    let timer: number | undefined;
    let stream: MediaStream | undefined;
    const look = async () => {
      const seen = video.current;
      if (gone || !seen) return;
      const text = seen.readyState >= seen.HAVE_CURRENT_DATA ? await readCode(seen).catch(() => null) : null;
      // It may have been closed while the picture was read.
      if (gone as boolean) return;
      if (text !== null) found.current(text);
      else timer = window.setTimeout(() => void look(), LOOK_EVERY_MS);
    };
    const begin = async () => {
      // Without a safe connection there is no `mediaDevices` at all.
      const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
      if (!devices) throw new Error("no camera without a safe connection");
      stream = await devices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      if (gone) return stop();
      if (video.current) {
        video.current.srcObject = stream;
        await video.current.play();
      }
      await look();
    };
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    begin().catch(() => {
      if (!gone) setTrouble("camera");
    });
    return () => {
      gone = true;
      window.clearTimeout(timer);
      stop();
    };
  }, []);

  const picked = async (file: File | undefined) => {
    if (!file) return;
    const text = await createImageBitmap(file)
      .then(readCode)
      .catch(() => null);
    if (text === null) setTrouble("picture");
    else onText(text);
  };
  return (
    <>
      <h1>{t("scan")}</h1>
      {trouble === null ? (
        <>
          <p>{t("scan.text")}</p>
          <video ref={video} className="scanner" muted playsInline aria-label={t("scan.video")} />
        </>
      ) : (
        <div className="note" role="alert">
          <span>{t(`scan.no_${trouble}`)}</span>
        </div>
      )}
      <div className="stack">
        <label className="file-button">
          {t("scan.picture")}
          <input
            type="file"
            accept="image/*"
            className="only-read-aloud"
            onChange={(event) => void picked(event.target.files?.[0])}
          />
        </label>
        <Button block fill="none" onClick={onBack}>
          {t("other")}
        </Button>
      </div>
    </>
  );
}
