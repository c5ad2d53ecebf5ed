import SwiftUI
import VisionKit

/// The camera, until it has read a QR code.
struct ScannerView: UIViewControllerRepresentable {
    let read: (String) -> Void

    static var isAvailable: Bool { DataScannerViewController.isSupported && DataScannerViewController.isAvailable }

    func makeUIViewController(context: Context) -> DataScannerViewController {
        let scanner = DataScannerViewController(recognizedDataTypes: [.barcode(symbologies: [.qr])])
        scanner.delegate = context.coordinator
        try? scanner.startScanning()
        return scanner
    }

    func updateUIViewController(_ scanner: DataScannerViewController, context: Context) {}

    func makeCoordinator() -> Coordinator {
        Coordinator(read: read)
    }

    final class Coordinator: NSObject, DataScannerViewControllerDelegate {
        private let read: (String) -> Void

        init(read: @escaping (String) -> Void) {
            self.read = read
        }

        func dataScanner(
            _ scanner: DataScannerViewController, didAdd added: [RecognizedItem], allItems: [RecognizedItem]
        ) {
            for case .barcode(let code) in added {
                guard let text = code.payloadStringValue else { continue }
                scanner.stopScanning()
                read(text)
                return
            }
        }
    }
}
